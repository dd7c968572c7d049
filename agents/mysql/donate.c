// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <fts.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "mysql/porter.h"
#include "mysql/sql.h"
#include "mysql/worker.h"

#define DONATE_QUEUE 4

/* The socket of one whose address this host has; that of all its addresses where it has not. */
static int donate_bind(const struct config_node *self, int port)
{
	const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
	const char *const hosts[] = {self ? self->address : NULL, NULL};
	char service[16];
	int fd = -1, yes = 1;

	(void)snprintf(service, sizeof(service), "%d", port);
	for (size_t i = self ? 0 : 1; fd < 0 && i < ARRAY_SIZE(hosts); i++) {
		struct addrinfo *found = NULL;

		if (getaddrinfo(hosts[i], service, &wanted, &found))
			continue;
		fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0 ||
				bind(fd, found->ai_addr, found->ai_addrlen) < 0 ||
				listen(fd, DONATE_QUEUE) < 0)) {
			const int error = errno;

			(void)close(TAKE_FD(fd));
			errno = error;
		}
		freeaddrinfo(found);
	}
	return fd;
}

/* Of the server's own directory a backup has little but these: no logs. */
static bool donate_has(const FTSENT *entry)
{
	return entry->fts_info == FTS_F &&
	       (entry->fts_level > 1 || !strncmp(entry->fts_name, "ibdata", 6) ||
		!strncmp(entry->fts_name, "undo", 4));
}

/* About what will come. */
static long long donate_size(const struct mysql_config *config)
{
	char *const paths[] = {(char *)(uintptr_t)config->datadir, NULL};
	FTS *tree = fts_open(paths, FTS_COMFOLLOW | FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
	long long sum = 0;

	for (FTSENT *entry; tree && (entry = fts_read(tree));)
		if (donate_has(entry))
			sum += (long long)entry->fts_statp->st_blocks * 512;
	if (tree)
		(void)fts_close(tree);
	return sum;
}

/* What the program writes goes through, as long as it takes. */
static int donate_pump(struct porter *p, struct tunnel *tunnel, struct worker *backup,
		       const char *peer, long long counts[2])
{
	struct pollfd polled = {.fd = backup->output, .events = POLLIN};
	struct fault *fault = &p->call.fault;
	char bytes[TUNNEL_PIECE_MAX];
	ssize_t n = 1;
	int r = 0;

	while (!r && n > 0) {
		if (poll(&polled, 1, PORTER_BREATH_MS) == 0) {
			r = tunnel_send(tunnel, TUNNEL_WAIT, NULL, 0, fault);
			continue;
		}
		n = read(backup->output, bytes, sizeof(bytes));
		if (n > 0)
			r = tunnel_send(tunnel, TUNNEL_BYTES, bytes, (size_t)n, fault);
		counts[0] += n > 0 ? n : 0;
		porter_tell(p, false, peer, "give", counts);
	}
	return r;
}

/* The copy is of a moment at the end of the stream. */
static int donate_backup(struct porter *p, struct tunnel *tunnel, const char *peer,
			 const char *spare)
{
	const struct mysql_config *c = p->config;
	AUTO_WORKER struct worker backup = WORKER_INIT;
	AUTO_BUF struct buf options = BUF_INIT, socket = BUF_INIT, data = BUF_INIT,
			    target = BUF_INIT, user = BUF_INIT;
	long long counts[2] = {0, donate_size(c)};
	char size[24];
	int r;

	buf_addf(&options, "--defaults-file=%s",
		 c->sql_option_file ? c->sql_option_file : c->config);
	buf_addf(&socket, "--socket=%s", c->socket);
	buf_addf(&data, "--datadir=%s", c->datadir);
	buf_addf(&target, "--target-dir=%s", spare);
	buf_addf(&user, "--user=%s", c->sql_user);
	r = buf_error(&options) || buf_error(&socket) || buf_error(&data) || buf_error(&target) ||
			    buf_error(&user) ?
		    -ENOMEM :
		    0;
	if (!r) {
		const char *const argv[] = {PORTER_BACKUP, options.data,
					    "--backup",	   "--stream=xbstream",
					    socket.data,   data.data,
					    target.data,   c->sql_option_file ? NULL : user.data,
					    NULL};

		(void)snprintf(size, sizeof(size), "%lld", counts[1]);
		r = worker_start(&backup, argv, WORKER_WRITES, &p->call.fault);
		if (!r)
			r = tunnel_send(tunnel, TUNNEL_SIZE, size, strlen(size), &p->call.fault);
		if (!r)
			r = donate_pump(p, tunnel, &backup, peer, counts);
		if (!r)
			r = worker_finish(&backup, &p->call.fault);
		if (!r)
			r = tunnel_send(tunnel, TUNNEL_END, NULL, 0, &p->call.fault);
	}
	return r;
}

/* What is asked for, and whether this server has it. */
static int donate_hear(struct porter *p, struct tunnel *tunnel, struct porter_wish *wish)
{
	char piece[TUNNEL_PIECE_MAX + 1];
	enum tunnel_kind kind;
	size_t length;
	int r = tunnel_receive(tunnel, &kind, piece, &length, &p->call.fault);

	if (r)
		return r;
	if (kind != TUNNEL_ASK || porter_read_wish(piece, wish) ||
	    !config_find_node(&p->site.nodes, wish->node))
		return fault_set(&p->call.fault, FAULT_GENERIC, -EPROTO,
				 "what is asked for is not understood");
	if (strlen(wish->resource) != strcspn(p->call.instance, ":") ||
	    strncmp(wish->resource, p->call.instance, strlen(wish->resource)) != 0)
		return fault_set(&p->call.fault, FAULT_GENERIC, -ENOENT,
				 "no data of %.80s are here", wish->resource);
	return porter_meet_own(p);
}

static int donate_serve(struct porter *p, struct tunnel *tunnel, const char *spare)
{
	struct porter_wish wish = {.node = ""};
	int r = donate_hear(p, tunnel, &wish);

	if (!r)
		r = donate_backup(p, tunnel, wish.node, spare);
	sql_close(&p->site.sql);
	if (r && r != -ECONNRESET) {
		struct fault ignored = FAULT_INIT;

		(void)tunnel_send(tunnel, TUNNEL_FAILED, p->call.fault.reason,
				  strlen(p->call.fault.reason), &ignored);
	}
	return r;
}

/* One that does not know the secret is no news: anybody may knock. */
static void donate_to(struct porter *p, int fd, const char *spare)
{
	AUTO_TUNNEL struct tunnel *tunnel = NULL;
	int r;

	p->call.fault = FAULT_INIT;
	r = tunnel_open(fd, true, p->site.password, PORTER_SHAKE_MS, &p->call.fault, &tunnel);
	if (r) {
		log_line(&p->call.log, LOG_INFO, "%s", p->call.fault.reason);
		return;
	}
	r = donate_serve(p, tunnel, spare);
	if (r)
		log_line(&p->call.log, LOG_WARNING, "the copy for another node broke off: %s",
			 p->call.fault.reason);
	(void)puts("idle");
}

static int donate_listen(struct porter *p, const char *spare)
{
	AUTO_CLOSE int fd =
		donate_bind(config_find_node(&p->site.nodes, p->site.self), p->config->resync_port);

	if (fd < 0)
		return fault_set(&p->call.fault, FAULT_ARGS, -errno,
				 "resync_port %d can't be listened at: %s", p->config->resync_port,
				 strerror(errno));
	for (;;) {
		AUTO_CLOSE int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

		if (peer >= 0)
			donate_to(p, peer, spare);
		else if (errno != EINTR && errno != ECONNABORTED)
			return fault_set(&p->call.fault, FAULT_GENERIC, -errno, "accept: %s",
					 strerror(errno));
	}
}

int donate_run(void)
{
	AUTO_FREE char *spare = NULL;
	struct porter porter;
	int r = porter_open(&porter);

	/* mariadb-backup wants a directory also when it writes a stream. */
	if (!r && asprintf(&spare, "%s.donate", porter.call.record_path) < 0) {
		spare = NULL;
		r = -ENOMEM;
	}
	if (!r && mkdir(spare, 0700) < 0 && errno != EEXIST)
		r = fault_set(&porter.call.fault, FAULT_GENERIC, -errno, "%s: %s", spare,
			      strerror(errno));
	if (!r)
		r = donate_listen(&porter, spare);
	return porter_end(&porter, r);
}
