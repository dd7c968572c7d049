// SPDX-License-Identifier: BSD-3-Clause
/*
 * The image of a route as a record keeps it: what is read is written as the same, and shows a route.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "net/route_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = strndup((const char *)data, size);
	AUTO_ROUTE_IMAGE struct route_image image = ROUTE_IMAGE_INIT;
	AUTO_ROUTE_IMAGE struct route_image again = ROUTE_IMAGE_INIT;
	AUTO_BUF struct buf first = BUF_INIT;
	struct route route;

	if (!text || route_image_parse(text, &image))
		return 0;
	route = route_image_route(&image);
	if (route.to.family != AF_INET && route.to.family != AF_INET6)
		abort();
	route_image_print(&image, &first);
	if (buf_error(&first))
		return 0;
	if (strcasecmp(first.data, text) || route_image_parse(first.data, &again))
		abort();
	return 0;
}
