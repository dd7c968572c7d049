// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/mysqld.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/num.h"
#include "host/spawn.h"
#include "mysql/config.h"
#include "mysql/dialect.h"
#include "mysql/pair.h"

#define MYSQLD_ARGUMENTS_MAX 128
#define MYSQLD_APPLIERS 4
#define MYSQLD_TURN_MS 500
#define MYSQLD_LINE_LIMIT 65536U
#define MYSQLD_LOG_TAIL 4096 /* bytes of the log that are searched for the reason */

static pid_t mysqld_lock_holder(const char *datadir, const char *file)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	AUTO_FREE char *path = NULL;
	AUTO_CLOSE int fd = -1;

	if (asprintf(&path, "%s/%s", datadir, file) < 0) {
		path = NULL;
		return 0;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fcntl(fd, F_GETLK, &lock) < 0 || lock.l_type == F_UNLCK)
		return 0;
	return lock.l_pid > 0 ? lock.l_pid : 0;
}

/* Whether that process was started with this option. */
static bool mysqld_has_argument(const char *process, const char *argument)
{
	AUTO_BUF struct buf line = BUF_INIT;
	char path[300];

	(void)snprintf(path, sizeof(path), "/proc/%.255s/cmdline", process);
	if (file_read(path, MYSQLD_LINE_LIMIT, &line))
		return false;
	for (size_t at = 0; at < line.length; at += strlen(line.data + at) + 1)
		if (!strcmp(line.data + at, argument))
			return true;
	return false;
}

/*
 * One that was just started does not hold the lock yet, and its starter may have been killed. It has
 * our option for its data directory.
 */
static pid_t mysqld_find_starting(const struct mysql_config *config)
{
	AUTO_FREE char *argument = NULL;
	DIR *processes = opendir("/proc");
	long long pid = 0;

	if (asprintf(&argument, "--datadir=%s", config->datadir) < 0)
		argument = NULL;
	for (struct dirent *entry; processes && argument && (entry = readdir(processes));) {
		if (num_parse(entry->d_name, 1, INT_MAX, &pid) || pid == getpid() ||
		    !mysqld_has_argument(entry->d_name, argument) ||
		    !mysqld_has_argument(entry->d_name, config->binary))
			pid = 0;
		else
			break;
	}
	if (processes)
		(void)closedir(processes);
	return (pid_t)pid;
}

static pid_t mysqld_find_locked(const struct mysql_config *config)
{
	const pid_t pid = mysqld_lock_holder(config->datadir, "ibdata1");

	return pid ? pid : mysqld_lock_holder(config->datadir, "aria_log_control");
}

pid_t mysqld_find(const struct mysql_config *config)
{
	const pid_t pid = mysqld_find_locked(config);

	return pid ? pid : mysqld_find_starting(config);
}

int mysqld_open(const struct mysql_config *config)
{
	for (pid_t pid; (pid = mysqld_find(config));) {
		const int fd = (int)syscall(SYS_pidfd_open, pid, 0);

		if (fd >= 0 && mysqld_find(config) == pid)
			return fd;
		if (fd >= 0)
			(void)close(fd);
		else if (errno != ESRCH)
			return -1;
	}
	return -1;
}

int mysqld_ask_version(const struct mysql_config *config, const struct deadline *deadline,
		       struct fault *fault, char version[MYSQLD_VERSION_MAX],
		       const struct dialect **ret_dialect)
{
	const char *const argv[] = {config->binary, "--version", NULL};
	AUTO_BUF struct buf output = BUF_INIT;
	int status = 0, r = spawn_run(argv, deadline, &output, &status);
	const char *word = r ? NULL : strstr(output.data, "Ver ");

	if (r)
		return fault_set(fault, FAULT_INSTALLED, r, "binary: %s: %s", config->binary,
				 strerror(-r));
	if (!word)
		return fault_set(fault, FAULT_INSTALLED, -EINVAL,
				 "binary: %s does not tell its version: it is no server",
				 config->binary);
	word += strlen("Ver ");
	(void)snprintf(version, MYSQLD_VERSION_MAX, "%.*s", (int)strcspn(word, " \n"), word);
	return dialect_choose(version, fault, ret_dialect);
}

struct mysqld_arguments {
	char *items[MYSQLD_ARGUMENTS_MAX + 1];
	size_t count;
	int error;
};

static void mysqld_release_arguments(struct mysqld_arguments *a)
{
	while (a->count)
		free(a->items[--a->count]);
}

static void PRINTF_LIKE(2, 3) mysqld_argue(struct mysqld_arguments *a, const char *format, ...)
{
	va_list arguments;
	char *text = NULL;

	if (a->count == MYSQLD_ARGUMENTS_MAX) {
		a->error = -E2BIG;
		return;
	}
	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		a->error = -ENOMEM;
	else
		a->items[a->count++] = text;
	va_end(arguments);
}

/* What the agent decides comes last, and so wins. */
static int mysqld_arguments(struct mysqld_arguments *a, const struct mysql_config *c,
			    const struct dialect *dialect, enum mysqld_role role, const char *name)
{
	const bool maria = dialect->gtid == GTID_MARIADB;
	const int number = pair_number(c, name);
	AUTO_FREE char *copy = strdup(c->additional_parameters ? c->additional_parameters : "");
	char *rest = copy, *piece;

	if (!copy)
		return -ENOMEM;
	mysqld_argue(a, "%s", c->binary);
	mysqld_argue(a, "--defaults-file=%s", c->config);
	if (maria)
		mysqld_argue(a, "--slave-parallel-threads=%d", MYSQLD_APPLIERS);
	while ((piece = strsep(&rest, " \t\n")))
		if (*piece)
			mysqld_argue(a, "%s", piece);
	mysqld_argue(a, "--datadir=%s", c->datadir);
	mysqld_argue(a, "--socket=%s", c->socket);
	mysqld_argue(a, "--pid-file=%s", c->pid);
	mysqld_argue(a, "--log-error=%s", c->log);
	if (geteuid() == 0)
		mysqld_argue(a, "--user=%s", c->user);
	mysqld_argue(a, "--report-host=%s", name);
	mysqld_argue(a, "--read-only=1");
	mysqld_argue(a, "--relay-log-recovery=0");
	mysqld_argue(a, "--relay-log-purge=0"); /* view.h: it has to settle first */
	for (const char *const *option = dialect->options; *option; option++)
		mysqld_argue(a, "%s", *option);
	if (maria)
		mysqld_argue(a, "--rpl-semi-sync-slave-enabled=%d", role == MYSQLD_SLAVE);
	if (maria)
		mysqld_argue(a, "--init-rpl-role=%s", role == MYSQLD_SLAVE ? "SLAVE" : "MASTER");
	if (number && maria)
		mysqld_argue(a, "--gtid-domain-id=%d", number);
	if (number) {
		mysqld_argue(a, "--auto-increment-increment=2");
		mysqld_argue(a, "--auto-increment-offset=%d", number);
	}
	return a->error;
}

/* The directory of the socket, which is gone after a boot, and the log, belong to the server. */
static int mysqld_prepare(const struct mysql_config *c, struct fault *fault)
{
	const struct passwd *user = getpwnam(c->user);
	const char *slash = strrchr(c->socket, '/');
	AUTO_FREE char *directory = strndup(c->socket, (size_t)(slash - c->socket));
	int fd;

	if (!user)
		return fault_set(fault, FAULT_INSTALLED, -ENOENT, "user: there is no user '%.60s'",
				 c->user);
	if (!directory)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	if (*directory && !mkdir(directory, 0755) && geteuid() == 0 &&
	    chown(directory, user->pw_uid, user->pw_gid) < 0)
		return fault_set(fault, FAULT_GENERIC, -errno, "%s: %s", directory,
				 strerror(errno));
	fd = open(c->log, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd >= 0 && geteuid() == 0 && fchown(fd, user->pw_uid, user->pw_gid) < 0) {
		(void)close(fd);
		return fault_set(fault, FAULT_GENERIC, -errno, "%s: %s", c->log, strerror(errno));
	}
	if (fd >= 0)
		(void)close(fd);
	return 0;
}

/* The server says "READY=1" here (sd_notify(3)); an abstract address needs no place to lie in. */
static int mysqld_listen(char name[64])
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), length;

	length = snprintf(name, 64, "@quorate-mysql-%d", getpid());
	memcpy(address.sun_path + 1, name + 1, (size_t)length - 1);
	if (fd >= 0 &&
	    bind(fd, (struct sockaddr *)&address,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)length)) < 0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

/* A session of its own, none of our descriptors, and of our environment only what is no secret. */
static int mysqld_spawn(const struct mysql_config *c, char *const argv[], const char *notify,
			pid_t *ret_pid)
{
	char variable[96], path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char *environment[] = {path, variable, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int r;

	(void)snprintf(variable, sizeof(variable), "NOTIFY_SOCKET=%s", notify);
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawnattr_init(&attributes);
	r = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!r)
		r = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, c->log,
						     O_WRONLY | O_APPEND | O_CREAT, 0640);
	if (!r)
		r = posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
	if (!r)
		r = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	(void)sigfillset(&signals);
	(void)posix_spawnattr_setsigdefault(&attributes, &signals);
	(void)sigemptyset(&signals);
	(void)posix_spawnattr_setsigmask(&attributes, &signals);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF |
							    POSIX_SPAWN_SETSIGMASK);
	if (!r)
		r = posix_spawn(ret_pid, argv[0], &actions, &attributes, argv, environment);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return -r;
}

/* Why it ended: its log's last line that says ERROR. */
static int mysqld_ended(const struct mysql_config *c, struct fault *fault)
{
	AUTO_CLOSE int fd = open(c->log, O_RDONLY | O_CLOEXEC);
	char tail[MYSQLD_LOG_TAIL + 1];
	char *error = NULL;
	ssize_t n = -1;
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st))
		n = pread(fd, tail, MYSQLD_LOG_TAIL,
			  st.st_size > MYSQLD_LOG_TAIL ? st.st_size - MYSQLD_LOG_TAIL : 0);
	tail[n < 0 ? 0 : n] = '\0';
	for (char *at = tail; (at = strstr(at, "[ERROR]")); at++)
		if (!strstr(at, "Aborting") || !error)
			error = at + strlen("[ERROR]");
	if (error)
		error[strcspn(error, "\n")] = '\0';
	return fault_set(fault, FAULT_GENERIC, -ECHILD, "the server ended while it started:%s",
			 error ? error : " its log says why");
}

static bool mysqld_is_ready(int fd)
{
	char text[512];
	ssize_t n;

	while ((n = recv(fd, text, sizeof(text) - 1, 0)) >= 0) {
		text[n] = '\0';
		if (strstr(text, "READY=1"))
			return true;
	}
	return false;
}

/* For a server that was built without sd_notify(3): it listens when it is ready. */
static bool mysqld_listens(const struct mysql_config *c)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", c->socket);
	return fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address));
}

static int mysqld_await(const struct mysql_config *c, pid_t pid, int notify,
			const struct deadline *deadline, struct fault *fault)
{
	AUTO_CLOSE int child = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd polled[2] = {{.fd = notify, .events = POLLIN},
				   {.fd = child, .events = POLLIN}};

	while (!deadline_passed(deadline)) {
		const struct deadline turn = deadline_within(deadline, MYSQLD_TURN_MS);
		const int came = poll(polled, 2, deadline_left(&turn));

		if (came < 0 && errno != EINTR)
			return fault_set(fault, FAULT_GENERIC, -errno, "poll: %s", strerror(errno));
		if (came == 0 ? mysqld_listens(c) : polled[0].revents && mysqld_is_ready(notify))
			return 0;
		if (polled[1].revents) {
			(void)waitpid(pid, NULL, 0);
			return mysqld_ended(c, fault);
		}
	}
	(void)syscall(SYS_pidfd_send_signal, child, SIGKILL, NULL, 0);
	(void)waitpid(pid, NULL, 0);
	return fault_set(
		fault, FAULT_TIMEOUT, -ETIMEDOUT,
		"the server was not ready in time; recovery after a crash may need a longer "
		"timeout of start");
}

int mysqld_start(const struct mysql_config *config, enum mysqld_role role, const char *name,
		 const struct deadline *deadline, struct fault *fault)
{
	CLEANUP(mysqld_release_arguments) struct mysqld_arguments arguments = {.count = 0};
	const struct dialect *dialect = &dialect_mariadb;
	AUTO_CLOSE int notify = -1;
	char address[64], version[MYSQLD_VERSION_MAX];
	pid_t pid = 0;
	int r = mysqld_prepare(config, fault);

	if (r)
		return r;
	r = mysqld_ask_version(config, deadline, fault, version, &dialect);
	if (r)
		return r;
	r = mysqld_arguments(&arguments, config, dialect, role, name);
	if (r)
		return fault_set(fault, FAULT_CONFIGURED, r,
				 "additional_parameters: too many, or out of memory");
	notify = mysqld_listen(address);
	if (notify < 0)
		return fault_set(fault, FAULT_GENERIC, -errno, "socket: %s", strerror(errno));
	r = mysqld_spawn(config, arguments.items, address, &pid);
	if (r)
		return fault_set(fault, FAULT_INSTALLED, r, "%s: %s", config->binary, strerror(-r));
	return mysqld_await(config, pid, notify, deadline, fault);
}

static bool mysqld_wait(int fd, int milliseconds)
{
	struct pollfd polled = {.fd = fd, .events = POLLIN};
	int r;

	do
		r = poll(&polled, 1, milliseconds);
	while (r < 0 && errno == EINTR);
	return r > 0;
}

/* What a killed server leaves, unless another one uses it. */
static int mysqld_tidy(const struct mysql_config *config)
{
	if (!mysqld_listens(config)) {
		(void)unlink(config->socket);
		(void)unlink(config->pid);
	}
	return 0;
}

int mysqld_stop(const struct mysql_config *config, bool kill, const struct deadline *deadline,
		struct fault *fault)
{
	AUTO_CLOSE int fd = mysqld_open(config);
	int left = deadline_left(deadline);

	if (fd < 0 && mysqld_find(config))
		return fault_set(fault, FAULT_GENERIC, -EPERM,
				 "the server's process can't be opened");
	if (fd < 0)
		return mysqld_tidy(config);
	if (!kill &&
	    mysqld_find_locked(config)) { /* before it, there is nothing to close in order */
		(void)syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0);
		if (mysqld_wait(fd, left > 2 * MYSQLD_KILL_MS ? left - MYSQLD_KILL_MS : left / 2))
			return mysqld_tidy(config);
	}
	(void)syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
	if (mysqld_wait(fd, deadline_left(deadline)))
		return mysqld_tidy(config);
	return fault_set(fault, FAULT_TIMEOUT, -ETIMEDOUT,
			 "the server was killed and is still there: it waits for a device");
}
