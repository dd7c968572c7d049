/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A route's image: a route with all that the kernel tells of it (metrics, all next hops, flags), so
 * that it can be put back as it was, or be given another source, and nothing is lost.
 *
 * It is the kernel's RTM_NEWROUTE message (rtnetlink(7)) and names links by their index: it is of
 * use as long as those links live.
 */
#pragma once

#include <stddef.h>

#include "base/attr.h"
#include "net/route.h"

struct buf;
struct fault;
struct inet;
struct netlink;

#define ROUTE_IMAGE_MAX 8192 /* bytes */

struct route_image {
	void *message; /* owned; a struct nlmsghdr and what follows it */
};

#define ROUTE_IMAGE_INIT ((struct route_image){.message = NULL})

/*
 * The image of a route that route_list() has shown. 0; -ENOENT when it is gone; -EMSGSIZE when it
 * is larger than ROUTE_IMAGE_MAX; -errno.
 */
int route_image_take(struct netlink *netlink, const struct route *route, struct fault *fault,
		     struct route_image *ret_image);

/*
 * Replaces the route of the same destination, table and metric by the image, or adds it. source
 * NULL: its own; else this one, or none with family 0. 0 or -errno with the kernel's reason.
 */
int route_image_put(struct netlink *netlink, const struct route_image *image,
		    const struct inet *source, struct fault *fault);

/* What it shows. Pure. */
struct route route_image_route(const struct route_image *image);

/* As hexadecimal digits, for a file. The caller asks buf_error(). */
void route_image_print(const struct route_image *image, struct buf *text);

/* The reverse: 0; -EINVAL for a text that is no image of a route; -ENOMEM. */
int route_image_parse(const char *text, struct route_image *ret_image);

void route_image_release(struct route_image *image);

#define AUTO_ROUTE_IMAGE CLEANUP(route_image_release)
