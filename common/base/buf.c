// SPDX-License-Identifier: BSD-3-Clause

#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

const char buf_empty[1];

static int buf_reserve(struct buf *buf, size_t more)
{
	size_t room = buf->room ? buf->room : 128;
	size_t need;
	char *data;

	if (buf->error)
		return buf->error;
	if (more >= SIZE_MAX / 2 - buf->length)
		return buf->error = -ENOMEM;
	need = buf->length + more + 1;
	if (need <= buf->room)
		return 0;
	while (room < need)
		room *= 2;
	data = realloc(buf->room ? buf->data : NULL, room);
	if (!data)
		return buf->error = -ENOMEM;
	data[buf->length] = '\0';
	buf->data = data;
	buf->room = room;
	return 0;
}

void buf_add(struct buf *buf, const void *bytes, size_t length)
{
	if (!length || buf_reserve(buf, length))
		return;
	memcpy(buf->data + buf->length, bytes, length);
	buf->length += length;
	buf->data[buf->length] = '\0';
}

void buf_adds(struct buf *buf, const char *string)
{
	buf_add(buf, string, strlen(string));
}

void buf_addf(struct buf *buf, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0 || buf_reserve(buf, (size_t)length))
		return;
	va_start(args, format);
	(void)vsnprintf(buf->data + buf->length, (size_t)length + 1, format, args);
	va_end(args);
	buf->length += (size_t)length;
}

void buf_clear(struct buf *buf)
{
	buf->length = 0;
	if (buf->room)
		buf->data[0] = '\0';
}

int buf_error(const struct buf *buf)
{
	return buf->error;
}

void buf_release(struct buf *buf)
{
	if (buf->room)
		free(buf->data);
	*buf = BUF_INIT;
}
