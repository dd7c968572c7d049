// SPDX-License-Identifier: BSD-3-Clause

#include "vip/herald.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "net/addr.h"
#include "ocf/call.h"
#include "vip/config.h"
#include "vip/seen.h"
#include "vip/spot.h"

#define HERALD_SEND_MS 1000 /* that a repeat may wait for a full queue */

static struct herald_link *herald_find(struct herald *herald, int index)
{
	for (size_t i = 0; i < herald->count; i++)
		if (herald->links[i].link.index == index)
			return &herald->links[i];
	return NULL;
}

static int herald_add(struct herald *herald, const struct link *link, const struct inet *address,
		      size_t room)
{
	struct herald_link *entry = link ? herald_find(herald, link->index) : NULL, *links;

	if (!link)
		return 0;
	if (!entry) {
		links = reallocarray(herald->links, herald->count + 1, sizeof(*links));
		if (!links)
			return -ENOMEM;
		herald->links = links;
		entry = &links[herald->count];
		*entry = (struct herald_link){*link, calloc(room, sizeof(*address)), 0};
		if (!entry->addresses)
			return -ENOMEM;
		herald->count++;
	}
	entry->addresses[entry->count++] = *address;
	return 0;
}

int herald_open(struct herald *herald, struct call *call, struct seen *seen,
		const struct spot_list *spots)
{
	int r = 0;

	for (size_t i = 0; !r && i < spots->count; i++)
		r = herald_add(herald, seen_link(seen, spots->items[i].index),
			       &spots->items[i].inet, spots->count);
	if (r)
		return fault_set(&call->fault, FAULT_GENERIC, r, "%s", strerror(-r));
	return announcer_open(&herald->announcer, &call->fault);
}

static int herald_send(const struct herald *herald, const struct deadline *deadline,
		       struct fault *fault)
{
	for (size_t i = 0; i < herald->count; i++) {
		const struct herald_link *entry = &herald->links[i];
		int r = announce_send(&herald->announcer, &entry->link, entry->addresses,
				      entry->count, deadline, fault);

		if (r < 0)
			return r;
	}
	return 0;
}

int herald_announce(const struct herald *herald, struct call *call)
{
	return herald_send(herald, &call->deadline, &call->fault);
}

long long herald_due(const struct vip_config *config, long n)
{
	static const long long plan[] = {0, 100, 200, 1100, 5000};
	const long last = (long)ARRAY_SIZE(plan) - 1;

	if (config->arp_interval != PARAM_UNSET)
		return (long long)n * config->arp_interval;
	return n <= last ? plan[n] : plan[last] * (n - last + 1);
}

/* Strikes an address off that is no longer here. */
static void herald_take(enum watch_event event, const struct addr *addr, void *data)
{
	struct herald_link *entry = herald_find(data, addr->index);

	for (size_t i = 0; entry && event == WATCH_DELETED && i < entry->count; i++)
		if (inet_same(&entry->addresses[i], &addr->inet)) {
			entry->addresses[i] = entry->addresses[--entry->count];
			return;
		}
}

static bool herald_has_work(const struct herald *herald)
{
	for (size_t i = 0; i < herald->count; i++)
		if (herald->links[i].count)
			return true;
	return false;
}

/* Until the time has come (true), or nothing is left to announce (false). Looks at least once. */
static bool herald_wait(struct herald *herald, const struct deadline *due)
{
	struct pollfd polled = {.fd = herald->watch.fd, .events = POLLIN};
	bool passed;

	do {
		passed = deadline_passed(due);
		if (poll(&polled, 1, deadline_left(due)) > 0 &&
		    watch_read(&herald->watch, herald_take, herald))
			return false;
		if (!herald_has_work(herald))
			return false;
	} while (!passed);
	return true;
}

static void herald_run(struct herald *herald, const struct vip_config *config)
{
	const long long first = deadline_now();

	for (long n = 1; n < config->arp_count; n++) {
		struct deadline due = {.at = first + herald_due(config, n) * 1000000LL};
		struct deadline sent;

		if (!herald_wait(herald, &due))
			return;
		sent = deadline_in(HERALD_SEND_MS);
		(void)herald_send(herald, &sent, NULL);
	}
}

/* Leaves the agent's session, output and descriptors, all but the two sockets. */
static void herald_detach(struct herald *herald)
{
	int null;

	(void)setsid();
	(void)signal(SIGALRM, SIG_DFL);
	(void)prctl(PR_SET_NAME, "vip-announce");
	(void)!chdir("/");
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	(void)dup2(null, STDERR_FILENO);
	for (int fd = STDERR_FILENO + 1; fd <= herald->announcer.fd || fd <= herald->watch.fd; fd++)
		if (fd != herald->announcer.fd && fd != herald->watch.fd)
			(void)close(fd);
	(void)close_range((unsigned int)(herald->announcer.fd > herald->watch.fd ?
						 herald->announcer.fd :
						 herald->watch.fd) +
				  1,
			  ~0U, 0);
}

int herald_repeat(struct herald *herald, struct call *call, const struct vip_config *config)
{
	const bool fits = herald_due(config, config->arp_count - 1) <
			  deadline_left(&call->deadline);
	pid_t child;
	int r;

	if (config->arp_count < 2 || !herald->count)
		return 0;
	r = watch_open_addresses(&herald->watch, &call->fault);
	if (r)
		return r;
	if (!config->arp_bg && fits) {
		herald_run(herald, config);
		return 0;
	}
	if (!config->arp_bg)
		log_line(
			&call->log, LOG_WARNING,
			"arp_bg: the announcements take longer than the timeout; the rest goes out "
			"in the background");
	child = fork();
	if (child < 0)
		return fault_set(&call->fault, FAULT_GENERIC, -errno,
				 "cannot repeat the announcement: %s", strerror(errno));
	if (child)
		return 0;
	herald_detach(herald);
	herald_run(herald, config);
	_exit(0);
}

void herald_close(struct herald *herald)
{
	announcer_close(&herald->announcer);
	watch_close(&herald->watch);
	for (size_t i = 0; i < herald->count; i++)
		free(herald->links[i].addresses);
	free(herald->links);
	*herald = HERALD_INIT;
}
