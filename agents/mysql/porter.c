// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/porter.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/fault.h"
#include "mysql/mysqld.h"
#include "ocf/agent.h"

#define PORTER_PATIENCE_MS 20000 /* of one step with servers */
#define PORTER_TELL_NS 1000000000LL

/* All of stdin, without its line's end. */
static int porter_read_secret(struct site *site)
{
	size_t length = 0;
	ssize_t n;

	while ((n = read(STDIN_FILENO, site->password + length,
			 sizeof(site->password) - 1 - length)) > 0)
		length += (size_t)n;
	site->password[length] = '\0';
	site->password[strcspn(site->password, "\r\n")] = '\0';
	return n < 0 ? -errno : 0;
}

int porter_open(struct porter *porter)
{
	const struct rlimit none = {0, 0};
	int r;

	*porter = (struct porter){.told = 0};
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	r = call_init(&porter->call, &agent, "daemon");
	if (!r)
		r = call_load(&porter->call);
	if (r)
		return r;
	porter->config = porter->call.config;
	porter->call.deadline = deadline_in(PORTER_PATIENCE_MS);
	r = site_open(&porter->site, &porter->call, porter->config);
	return r ? r : porter_read_secret(&porter->site);
}

static void porter_close(struct porter *porter)
{
	site_close(&porter->site);
	call_release(&porter->call);
}

int porter_meet_own(struct porter *porter)
{
	struct site *site = &porter->site;
	const pid_t server = mysqld_find(porter->config);
	int r;

	site->deadline = deadline_in(PORTER_PATIENCE_MS);
	if (!server)
		return fault_set(site->fault, FAULT_GENERIC, -ESRCH,
				 "no server runs on the data directory");
	r = site_connect(site, server);
	return r ? r : site_look(site);
}

void porter_tell(struct porter *porter, bool now, const char *peer, const char *phase,
		 const long long counts[2])
{
	const long long moment = deadline_now();

	if (!now && moment - porter->told < PORTER_TELL_NS)
		return;
	porter->told = moment;
	(void)printf("at %s %s %lld %lld\n", peer, phase, counts[0], counts[1]);
}

int porter_end(struct porter *porter, int r)
{
	if (r)
		(void)printf("failed %s\n",
			     porter->call.fault.kind ? porter->call.fault.reason : strerror(-r));
	porter_close(porter);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}

int porter_read(const char *line, struct porter_line *ret_line)
{
	int end = 0;

	if (sscanf(line, "at %63s %31s %18lld %18lld%n", ret_line->peer, ret_line->phase,
		   &ret_line->done, &ret_line->total, &end) != 4 ||
	    line[end] || ret_line->done < 0 || ret_line->total < 0)
		return -EINVAL;
	return 0;
}

int porter_read_wish(const char *text, struct porter_wish *ret_wish)
{
	int end = 0;

	if (sscanf(text, "backup %199s %63s%n", ret_wish->resource, ret_wish->node, &end) != 2 ||
	    text[end])
		return -EINVAL;
	return 0;
}
