// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/board.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "base/file.h"
#include "host/spawn.h"

#define BOARD_OPTIONS "/usr/sbin/crm_attribute"
#define BOARD_CIB "/usr/sbin/cibadmin"
#define BOARD_NODE "/usr/sbin/crm_node"
#define BOARD_ATTRIBUTES "/usr/sbin/attrd_updater"
#define BOARD_ID "cib-bootstrap-options-"
#define BOARD_DISK "/var/lib/pacemaker/cib/cib.xml"
#define BOARD_DISK_MAX (8U * 1024 * 1024)
#define BOARD_WAIT_MS 10000
#define BOARD_NOT_THERE 105 /* CRM_EX_NOSUCH */

static int board_failed(const char *program, int error, struct fault *fault)
{
	return fault_set(fault, error == -ETIMEDOUT ? FAULT_TIMEOUT : FAULT_GENERIC, error,
			 "%s: %s", program, strerror(-error));
}

static int board_finish(const char *program, struct spawn *spawn, const struct deadline *deadline,
			struct fault *fault, struct buf *output, int *ret_status)
{
	const struct deadline wait = deadline_within(deadline, BOARD_WAIT_MS);
	int status = 0;
	int r = spawn_finish(spawn, &wait, output, &status);

	if (r)
		return board_failed(program, r, fault);
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return 0;
}

/* 0 with the exit status, which is the caller's to judge. */
static int board_run(const char *const argv[], const struct deadline *deadline, struct fault *fault,
		     struct buf *output, int *ret_status)
{
	struct spawn spawn;
	int r = spawn_begin(argv, &spawn);

	return r ? board_failed(argv[0], r, fault) :
		   board_finish(argv[0], &spawn, deadline, fault, output, ret_status);
}

static int board_refused(const char *program, int status, const struct buf *output,
			 struct fault *fault)
{
	return fault_set(fault, FAULT_GENERIC, -EIO, "%s ended with status %d: %s", program, status,
			 output->data);
}

static void board_name(const char *instance, char name[300])
{
	/* All instances of a clone have one ledger, whatever Pacemaker calls them. */
	(void)snprintf(name, 300, "%.*s-quorate-ledger", (int)strcspn(instance, ":"), instance);
}

static int board_begin_read(const char *instance, struct spawn *ret_reading, struct fault *fault)
{
	char name[300];
	const char *const argv[] = {BOARD_OPTIONS, "--type", "crm_config", "--name",
				    name,	   "-G",     "-q",	   NULL};
	int r;

	board_name(instance, name);
	r = spawn_begin(argv, ret_reading);
	return r ? board_failed(argv[0], r, fault) : 0;
}

static int board_end_read(struct spawn *reading, const struct ledger_nodes *configured,
			  const struct deadline *deadline, struct fault *fault,
			  struct ledger *ret_ledger)
{
	AUTO_BUF struct buf output = BUF_INIT;
	int status = 0;
	int r = board_finish(BOARD_OPTIONS, reading, deadline, fault, &output, &status);

	if (r)
		return r;
	if (output.length)
		output.data[strcspn(output.data, "\n")] = '\0';
	if (status == BOARD_NOT_THERE || status == ENXIO) {
		*ret_ledger = ledger_first(configured);
		return 0;
	}
	if (status)
		return board_refused(BOARD_OPTIONS, status, &output, fault);
	if (ledger_parse(ret_ledger, output.data))
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "the cluster option of the ledger is damaged: '%.80s'",
				 output.data);
	return 0;
}

int board_read(const char *instance, const struct ledger_nodes *configured,
	       const struct deadline *deadline, struct fault *fault, struct ledger *ret_ledger)
{
	struct spawn reading;
	int r = board_begin_read(instance, &reading, fault);

	return r ? r : board_end_read(&reading, configured, deadline, fault, ret_ledger);
}

int board_write(const char *instance, const struct ledger *ledger, const struct deadline *deadline,
		struct fault *fault)
{
	AUTO_BUF struct buf text = BUF_INIT, output = BUF_INIT;
	char name[300];
	const char *argv[] = {BOARD_OPTIONS, "--type", "crm_config", "--name",
			      name,	     "-v",     NULL,	     NULL};
	int r, status = 0;

	board_name(instance, name);
	ledger_print(ledger, &text);
	if (buf_error(&text))
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	argv[6] = text.data;
	r = board_run(argv, deadline, fault, &output, &status);
	return r || !status ? r : board_refused(BOARD_OPTIONS, status, &output, fault);
}

/* As Pacemaker prints it; what does not look like that is no guess. */
bool board_guess(const char *instance, struct ledger *ret_ledger)
{
	AUTO_BUF struct buf cib = BUF_INIT;
	char name[300], before[320];
	char *value;

	board_name(instance, name);
	(void)snprintf(before, sizeof(before), " name=\"%s\" value=\"", name);
	if (file_read(BOARD_DISK, BOARD_DISK_MAX, &cib))
		return false;
	value = strstr(cib.data, before);
	if (!value)
		return false;
	value += strlen(before);
	value[strcspn(value, "\"")] = '\0';
	return !ledger_parse(ret_ledger, value);
}

/* Of the option as crm_attribute makes it. One that has another id is not found, and nothing is changed. */
static int board_print_path(const char *name, const struct ledger *over, struct buf *path)
{
	buf_addf(path, "//nvpair[@id='" BOARD_ID "%s'][@value='", name);
	ledger_print(over, path);
	buf_adds(path, "']");
	return buf_error(path);
}

/* No word of a name means anything to XML or XPath. */
static bool board_is_plain(const char *name)
{
	return !strpbrk(name, "<>&\"'");
}

void board_take_pen(struct board_pen *pen, const char *instance, const struct ledger *over)
{
	static const char *const anywhere[] = {BOARD_CIB,    "--modify",   "--scope",
					       "crm_config", "--xml-pipe", NULL};
	AUTO_BUF struct buf path = BUF_INIT;
	char name[300];
	const char *there[] = {BOARD_CIB, "--modify", "--xpath", NULL, "--xml-pipe", NULL};

	board_name(instance, name);
	*pen = (struct board_pen){.over = over != NULL};
	if (!board_is_plain(name) || (over && board_print_path(name, over, &path)))
		return;
	there[3] = path.data;
	pen->ready = !spawn_begin_fed(over ? there : anywhere, &pen->program);
}

/* It has written nothing if it was not fed: no XML is an error to it. */
static void board_lay_down(struct board_pen *pen)
{
	const struct deadline now = {.at = 0};
	int status;

	if (pen->ready || pen->writing)
		(void)spawn_finish(&pen->program, &now, NULL, &status);
	pen->ready = pen->writing = false;
}

void board_drop_pen(struct board_pen *pen)
{
	board_lay_down(pen);
	pen->over = false;
}

void board_begin_write(struct board_pen *pen, const char *instance, const struct ledger *ledger)
{
	AUTO_BUF struct buf text = BUF_INIT;
	char name[300];

	board_name(instance, name);
	buf_addf(&text, "<nvpair id=\"" BOARD_ID "%s\" name=\"%s\" value=\"", name, name);
	ledger_print(ledger, &text);
	buf_adds(&text, "\"/>");
	pen->writing = pen->ready && !buf_error(&text) &&
		       !spawn_feed(&pen->program, text.data, text.length);
	if (!pen->writing)
		board_lay_down(pen);
	pen->ready = false;
}

int board_end_write(struct board_pen *pen, const char *instance, const struct ledger *ledger,
		    const struct deadline *deadline, struct fault *fault)
{
	AUTO_BUF struct buf output = BUF_INIT;
	const bool written = pen->writing;
	int r = 0, status = 0;

	pen->writing = false;
	if (written)
		r = board_finish(BOARD_CIB, &pen->program, deadline, fault, &output, &status);
	if (r || (written && !status))
		return r;
	if (pen->over)
		return fault_set(fault, FAULT_GENERIC, -ESTALE, "the ledger is another one");
	return board_write(instance, ledger, deadline, fault);
}

/* Two programs of 12 ms of CPU each: side by side, since a promote waits for both. */
int board_begin_consult(const char *instance, bool quorate, struct board_question *ret_question,
			struct fault *fault)
{
	static const char *const argv[] = {BOARD_NODE, "-q", NULL};
	const struct deadline now = {.at = 0};
	int status, r = quorate ? 0 : spawn_begin(argv, &ret_question->quorum);

	if (r)
		return board_failed(argv[0], r, fault);
	ret_question->quorate = quorate;
	r = board_begin_read(instance, &ret_question->ledger, fault);
	if (r && !quorate)
		(void)spawn_finish(&ret_question->quorum, &now, NULL, &status);
	ret_question->begun = !r;
	return r;
}

static int board_end_quorum(struct spawn *asking, const struct deadline *deadline,
			    struct fault *fault)
{
	AUTO_BUF struct buf output = BUF_INIT;
	int status = 0;
	int r = board_finish(BOARD_NODE, asking, deadline, fault, &output, &status);

	if (r)
		return r;
	if (status || output.data[0] != '1')
		return fault_set(
			fault, FAULT_GENERIC, -EPERM,
			"this node's partition has no quorum: nobody becomes a writer here");
	return 0;
}

int board_end_consult(struct board_question *question, const struct ledger_nodes *configured,
		      const struct deadline *deadline, struct fault *fault,
		      struct ledger *ret_ledger)
{
	struct fault other = FAULT_INIT;
	int learnt, r;

	question->begun = false;
	learnt = board_end_read(&question->ledger, configured, deadline, &other, ret_ledger);
	r = question->quorate ? 0 : board_end_quorum(&question->quorum, deadline, fault);
	if (r)
		return r;
	if (learnt)
		*fault = other;
	return learnt;
}

int board_tell(const char *attribute, const char *value, const struct deadline *deadline,
	       struct fault *fault)
{
	const char *const argv[] = {BOARD_ATTRIBUTES, "-n", attribute, "-U", value, NULL};
	AUTO_BUF struct buf output = BUF_INIT;
	int status = 0;
	int r = board_run(argv, deadline, fault, &output, &status);

	return r || !status ? r : board_refused(argv[0], status, &output, fault);
}
