// SPDX-License-Identifier: BSD-3-Clause

#include "daemon/server.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "daemon/control.h"
#include "daemon/loop.h"

#define SERVER_PAUSE_MS 200 /* before the next accept(2) when one failed */

struct server_request {
	struct server_request *next;
	struct server *server;
	struct server_client *client; /* NULL once it has gone away */
};

struct server_client {
	struct server *server;
	int fd; /* -1: a free place */
	struct buf in, out;
	size_t sent;
	struct server_request *request; /* while it is at work */
	struct loop_timer patience;
};

struct server {
	struct loop *loop;
	char path[CONTROL_PATH_MAX];
	int fd;
	void (*handle)(struct server_request *, const char *, void *);
	void *data;
	struct server_client clients[SERVER_CLIENTS];
	struct server_request *requests;
	struct loop_timer pause;
};

/* Listens only while there is room. */
static void server_listen(void *data)
{
	struct server *server = data;
	bool room = false;

	for (size_t i = 0; i < SERVER_CLIENTS; i++)
		room |= server->clients[i].fd < 0;
	(void)loop_rewatch(server->loop, server->fd, room ? POLLIN : 0);
}

static void server_drop(struct server_client *client)
{
	struct server *server = client->server;

	if (client->request)
		client->request->client = NULL;
	client->request = NULL;
	loop_timer_clear(&client->patience);
	loop_unwatch(server->loop, client->fd);
	(void)close(TAKE_FD(client->fd));
	buf_release(&client->in);
	buf_release(&client->out);
	client->sent = 0;
	if (!server->pause.set)
		server_listen(server);
}

static void server_impatient(void *data)
{
	server_drop(data);
}

static void server_send(struct server_client *client)
{
	while (client->sent < client->out.length) {
		ssize_t n = send(client->fd, client->out.data + client->sent,
				 client->out.length - client->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			(void)loop_rewatch(client->server->loop, client->fd, POLLOUT);
			return;
		}
		if (n < 0)
			break;
		client->sent += (size_t)n;
	}
	server_drop(client);
}

static void server_begin(struct server_client *client, size_t length)
{
	struct server *server = client->server;
	struct server_request *request = calloc(1, sizeof(*request));
	char line[CONTROL_REQUEST_MAX + 1];

	if (!request) {
		server_drop(client);
		return;
	}
	memcpy(line, client->in.data, length);
	line[length] = '\0';
	*request = (struct server_request){server->requests, server, client};
	server->requests = request;
	client->request = request;
	loop_timer_clear(&client->patience);
	(void)loop_rewatch(server->loop, client->fd, 0); /* tells still when it hangs up */
	if (!strcmp(line, "ping")) {
		(void)snprintf(line, sizeof(line), "pong %d\n", (int)getpid());
		server_answer(request, 0, line);
	} else {
		server->handle(request, line, server->data);
	}
}

static void server_receive(struct server_client *client)
{
	char bytes[1024];
	size_t length = 0;
	ssize_t n = recv(client->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	int r;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		buf_add(&client->in, bytes, (size_t)n);
	if (n <= 0 || buf_error(&client->in)) {
		server_drop(client);
		return;
	}
	r = control_parse_request(client->in.data, client->in.length, &length);
	if (r > 0)
		server_begin(client, length);
	else if (r < 0)
		server_drop(client);
}

static void server_client_ready(int fd, short events, void *data)
{
	struct server_client *client = data;

	if (client->out.length)
		server_send(client);
	else if (client->request)
		server_drop(client);
	else
		server_receive(client);
}

static bool server_welcomes(int fd)
{
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t length = sizeof(peer);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) &&
	       (!peer.uid || peer.uid == geteuid());
}

static void server_admit(struct server *server, int fd)
{
	for (size_t i = 0; i < SERVER_CLIENTS; i++) {
		struct server_client *client = &server->clients[i];

		if (client->fd >= 0)
			continue;
		if (loop_watch(server->loop, fd, POLLIN, server_client_ready, client))
			break;
		client->fd = fd;
		(void)loop_timer_set(&client->patience, SERVER_PATIENCE_MS);
		server_listen(server);
		return;
	}
	(void)close(fd);
}

static void server_accept(int listener, short events, void *data)
{
	struct server *server = data;
	const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0 && server_welcomes(fd)) {
		server_admit(server, fd);
		return;
	}
	attr_close(&fd);
	if (fd >= 0 || errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return;
	/* No descriptor is free: who waits stays ready, and we would spin. */
	(void)loop_rewatch(server->loop, listener, 0);
	(void)loop_timer_set(&server->pause, SERVER_PAUSE_MS);
}

static int server_bind(const char *path, int *ret_fd)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (strlen(path) >= sizeof(name.sun_path))
		return -ENAMETOOLONG;
	memcpy(name.sun_path, path, strlen(path) + 1);
	(void)unlink(path);
	/* fchmod(2) before bind(2) is the mode that the socket gets: there is no moment without. */
	if (fchmod(fd, 0600) < 0 || bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 ||
	    listen(fd, SERVER_CLIENTS) < 0)
		return -errno;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int server_open(struct loop *loop, const char *path,
		void (*handle)(struct server_request *request, const char *line, void *data),
		void *data, struct server **ret_server, struct fault *fault)
{
	AUTO_FREE struct server *server = calloc(1, sizeof(*server));
	AUTO_CLOSE int fd = -1;
	int r = server ? server_bind(path, &fd) : -ENOMEM;

	if (!r)
		r = loop_watch(loop, fd, POLLIN, server_accept, server);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "cannot listen at %s: %s", path,
				 strerror(-r));
	server->loop = loop;
	(void)snprintf(server->path, sizeof(server->path), "%s", path);
	server->fd = TAKE_FD(fd);
	server->handle = handle;
	server->data = data;
	loop_timer_init(&server->pause, loop, server_listen, server);
	for (size_t i = 0; i < SERVER_CLIENTS; i++) {
		struct server_client *client = &server->clients[i];

		*client = (struct server_client){
			.server = server, .fd = -1, .in = BUF_INIT, .out = BUF_INIT};
		loop_timer_init(&client->patience, loop, server_impatient, client);
	}
	*ret_server = TAKE(server);
	return 0;
}

void server_close(struct server **server)
{
	struct server *given = TAKE(*server);

	if (!given)
		return;
	loop_timer_clear(&given->pause);
	for (size_t i = 0; i < SERVER_CLIENTS; i++)
		if (given->clients[i].fd >= 0)
			server_drop(&given->clients[i]);
	while (given->requests) {
		struct server_request *next = given->requests->next;

		free(given->requests);
		given->requests = next;
	}
	loop_unwatch(given->loop, given->fd);
	(void)close(given->fd);
	(void)unlink(given->path);
	free(given);
}

void server_answer(struct server_request *request, int code, const char *text)
{
	struct server_request **place = &request->server->requests;
	struct server_client *client = request->client;
	size_t length = strlen(text);

	while (*place != request)
		place = &(*place)->next;
	*place = request->next;
	free(request);
	if (!client)
		return;
	client->request = NULL;
	if (length > CONTROL_ANSWER_MAX)
		length = CONTROL_ANSWER_MAX;
	control_print_head(&client->out, code, length);
	buf_add(&client->out, text, length);
	if (buf_error(&client->out)) {
		server_drop(client);
		return;
	}
	(void)loop_timer_set(&client->patience, SERVER_PATIENCE_MS);
	server_send(client);
}

void server_answer_fault(struct server_request *request, int code, const struct fault *fault)
{
	server_answer(request, code, fault->reason);
}
