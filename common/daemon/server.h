/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The serving side of the control socket (daemon/control.h), on the loop.
 *
 *	static void handle(struct server_request *request, const char *line, void *data)
 *	{
 *		if (!strcmp(line, "status"))
 *			server_answer(request, 0, "ready\n");
 *		else
 *			server_answer(request, -EINVAL, "there is no such request");
 *	}
 *	server_open(loop, path, handle, data, &server, &fault);
 *
 * "ping" is answered by the server itself ("pong PID"): it says that the loop goes round. At most
 * SERVER_CLIENTS are served at once, the next ones wait in the socket's queue; a client that is
 * slow to send or to read is dropped after SERVER_PATIENCE_MS and delays nobody.
 */
#pragma once

#include "base/attr.h"

struct fault;
struct loop;
struct server;
struct server_request;

#define SERVER_CLIENTS 64
#define SERVER_PATIENCE_MS 10000

/*
 * Replaces a socket that a dead daemon left: take the keeper's lock first. 0 or -errno with the
 * fault set.
 */
int server_open(struct loop *loop, const char *path,
		void (*handle)(struct server_request *request, const char *line, void *data),
		void *data, struct server **ret_server, struct fault *fault);

/* Removes the socket. Requests that were not answered end without one, and are gone. */
void server_close(struct server **server);

/*
 * Answers, now or later, each request exactly once; the request is gone then. A client may have
 * gone away meanwhile: no matter. code is 0 or -errno, then with the sentence as the text.
 */
void server_answer(struct server_request *request, int code, const char *text);
void server_answer_fault(struct server_request *request, int code, const struct fault *fault);

#define AUTO_SERVER CLEANUP(server_close)
