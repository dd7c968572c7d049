/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control socket: one request line, one answer.
 *
 * A request is a line of at most CONTROL_REQUEST_MAX bytes, words between blanks by custom; the
 * answer is 0 or -errno and a text (plain or JSON) of at most CONTROL_ANSWER_MAX bytes. For -errno
 * the text is the sentence of the fault. A UNIX stream socket, mode 0600; both sides check by
 * SO_PEERCRED that the other is root or their own user.
 *
 *	AUTO_BUF struct buf answer = BUF_INIT;
 *	r = control_ask("/run/quorate/rsync-web.sock", "status --json", &deadline, &answer, &fault);
 *
 * This header is the client, which costs libc only; the server's is daemon/server.h.
 * On the wire: "REQUEST\n"; "CODE LENGTH\n" and LENGTH bytes.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"

struct deadline;
struct fault;

#define CONTROL_REQUEST_MAX 4096
#define CONTROL_ANSWER_MAX (1U << 20)
#define CONTROL_PATH_MAX 108 /* of sockaddr_un, with the NUL */

/*
 * Asks and waits. 0 with the answer appended. -ESRCH: nobody listens there (fault: "is not
 * running"). -ETIMEDOUT: no answer in time (fault: "does not answer"). -EPERM: a stranger listens.
 * -EPROTO: the answer is damaged or too long. Otherwise the server's own -errno, its sentence in
 * the fault.
 */
int control_ask(const char *path, const char *request, const struct deadline *deadline,
		struct buf *answer, struct fault *fault);

/*
 * Reads what a server sent so far. 1 with code and the text's place when it is whole, 0 when bytes
 * are missing, -EPROTO. The server's side: *ret_length is the request's length without its line
 * feed; 1, 0, or -EPROTO (too long, a NUL in it).
 */
int control_parse_answer(const char *bytes, size_t length, int *ret_code, size_t *ret_offset);
int control_parse_request(const char *bytes, size_t length, size_t *ret_length);

/* What the server sends in front of the text. */
void control_print_head(struct buf *buf, int code, size_t length);
