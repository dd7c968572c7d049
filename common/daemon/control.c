// SPDX-License-Identifier: BSD-3-Clause

#include "daemon/control.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "base/num.h"

#define CONTROL_HEAD_MAX 40

int control_parse_request(const char *bytes, size_t length, size_t *ret_length)
{
	const char *end = memchr(bytes, '\n', length);
	const size_t line = end ? (size_t)(end - bytes) : length;

	if (line > CONTROL_REQUEST_MAX || memchr(bytes, '\0', line))
		return -EPROTO;
	if (!end)
		return 0;
	*ret_length = line;
	return 1;
}

/* A number up to the delimiter; the place behind it, or NULL. */
static const char *control_number(const char *at, const char *end, char delimiter, long long min,
				  long long *ret_value)
{
	char text[CONTROL_HEAD_MAX];
	const char *to = memchr(at, delimiter, (size_t)(end - at));

	if (!to || (size_t)(to - at) >= sizeof(text))
		return NULL;
	memcpy(text, at, (size_t)(to - at));
	text[to - at] = '\0';
	return num_parse(text, min, CONTROL_ANSWER_MAX, ret_value) ? NULL : to + 1;
}

int control_parse_answer(const char *bytes, size_t length, int *ret_code, size_t *ret_offset)
{
	const char *at = bytes, *end = bytes + length;
	long long code = 0, size = 0;

	if (!memchr(bytes, '\n', length))
		return length < CONTROL_HEAD_MAX ? 0 : -EPROTO;
	at = control_number(at, end, ' ', -4095, &code);
	if (at)
		at = control_number(at, end, '\n', 0, &size);
	if (!at || code > 0 || end - at > size)
		return -EPROTO;
	if (end - at < size)
		return 0;
	*ret_code = (int)code;
	*ret_offset = (size_t)(at - bytes);
	return 1;
}

void control_print_head(struct buf *buf, int code, size_t length)
{
	buf_addf(buf, "%d %zu\n", code, length);
}

/* connect(2) and send(2) of a UNIX socket wait for a full queue as long as SO_SNDTIMEO says. */
static int control_limit(int fd, const struct deadline *deadline)
{
	const int left = deadline_left(deadline);
	struct timeval time = {left / 1000, left % 1000 * 1000};

	if (!left)
		return -ETIMEDOUT;
	return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)) < 0 ? -errno : 0;
}

static int control_connect(int fd, const char *path, const struct deadline *deadline)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t length = sizeof(peer);
	int r = control_limit(fd, deadline);

	if (r)
		return r;
	if (strlen(path) >= sizeof(name.sun_path))
		return -ENAMETOOLONG;
	memcpy(name.sun_path, path, strlen(path) + 1);
	if (connect(fd, (struct sockaddr *)&name, sizeof(name)) < 0) {
		if (errno == ENOENT || errno == ECONNREFUSED)
			return -ESRCH;
		return errno == EAGAIN || errno == EINTR ? -ETIMEDOUT : -errno;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
		return -errno;
	return peer.uid && peer.uid != geteuid() ? -EPERM : 0;
}

static int control_send(int fd, const char *request, const struct deadline *deadline)
{
	char line[CONTROL_REQUEST_MAX + 1];
	size_t length = strlen(request), sent = 0;

	if (length > CONTROL_REQUEST_MAX || memchr(request, '\n', length))
		return -EINVAL;
	memcpy(line, request, length);
	line[length++] = '\n';
	while (sent < length) {
		int r = control_limit(fd, deadline);
		ssize_t n = r ? -1 : send(fd, line + sent, length - sent, MSG_NOSIGNAL);

		if (r)
			return r;
		if (n < 0 && errno == EAGAIN)
			return -ETIMEDOUT;
		if (n < 0 && errno != EINTR)
			return errno == EPIPE ? -ESRCH : -errno;
		if (n > 0)
			sent += (size_t)n;
	}
	return 0;
}

/* 0 with the whole answer in bytes. */
static int control_receive(int fd, const struct deadline *deadline, struct buf *bytes,
			   int *ret_code, size_t *ret_offset)
{
	struct pollfd polled = {.fd = fd, .events = POLLIN};
	char piece[4096];

	for (;;) {
		int r = control_parse_answer(bytes->data, bytes->length, ret_code, ret_offset);
		ssize_t n;

		if (r)
			return r < 0 ? r : 0;
		if (poll(&polled, 1, deadline_left(deadline)) < 1) {
			if (deadline_passed(deadline))
				return -ETIMEDOUT;
			continue;
		}
		n = recv(fd, piece, sizeof(piece), MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0) /* it ended, or dropped us, before the answer was whole */
			return bytes->length ? -EPROTO : -ESRCH;
		buf_add(bytes, piece, (size_t)n);
		if (buf_error(bytes))
			return -ENOMEM;
	}
}

static int control_fault(const char *path, int error, struct fault *fault)
{
	switch (error) {
	case -ESRCH:
		return fault_set(fault, FAULT_GENERIC, error, "nobody listens at %s", path);
	case -ETIMEDOUT:
		return fault_set(fault, FAULT_TIMEOUT, error, "no answer from %s in time", path);
	case -EPERM:
		return fault_set(fault, FAULT_PERM, error, "a stranger listens at %s", path);
	case -EPROTO:
		return fault_set(fault, FAULT_GENERIC, error, "the answer from %s is damaged",
				 path);
	default:
		return fault_set(fault, FAULT_GENERIC, error, "cannot ask %s: %s", path,
				 strerror(-error));
	}
}

int control_ask(const char *path, const char *request, const struct deadline *deadline,
		struct buf *answer, struct fault *fault)
{
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	AUTO_BUF struct buf bytes = BUF_INIT;
	size_t offset = 0;
	int code = 0, r;

	if (fd < 0)
		return control_fault(path, -errno, fault);
	r = control_connect(fd, path, deadline);
	if (!r)
		r = control_send(fd, request, deadline);
	if (!r)
		r = control_receive(fd, deadline, &bytes, &code, &offset);
	if (r)
		return control_fault(path, r, fault);
	if (code)
		return fault_set(fault, FAULT_GENERIC, code, "%s", bytes.data + offset);
	buf_add(answer, bytes.data + offset, bytes.length - offset);
	return buf_error(answer);
}
