// SPDX-License-Identifier: BSD-3-Clause

#include "net/route_image.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "net/netlink.h"

#define IMAGE_FLAGS (RTNH_F_ONLINK | RTNH_F_PERVASIVE) /* the others are the kernel's to set */

void route_image_release(struct route_image *image)
{
	free(image->message);
	*image = ROUTE_IMAGE_INIT;
}

static bool route_image_shows(const struct route *a, const struct route *b)
{
	return a->index == b->index && a->metric == b->metric && a->table == b->table &&
	       a->protocol == b->protocol && a->scope == b->scope && a->type == b->type &&
	       inet_same(&a->to, &b->to) && a->to.prefix == b->to.prefix &&
	       inet_same(&a->gateway, &b->gateway) && inet_same(&a->source, &b->source);
}

struct image_search {
	const struct route *wanted;
	struct route_image image;
};

static int route_image_consider(const struct nlmsghdr *message, void *data)
{
	struct image_search *search = data;
	struct route route;

	if (search->image.message || route_read(message, &route) ||
	    !route_image_shows(&route, search->wanted))
		return 0;
	if (message->nlmsg_len > ROUTE_IMAGE_MAX)
		return -EMSGSIZE;
	search->image.message = malloc(message->nlmsg_len);
	if (!search->image.message)
		return -ENOMEM;
	memcpy(search->image.message, message, message->nlmsg_len);
	return 0;
}

static void route_image_forget(void *data)
{
	route_image_release(&((struct image_search *)data)->image);
}

int route_image_take(struct netlink *netlink, const struct route *route, struct fault *fault,
		     struct route_image *ret_image)
{
	struct image_search search = {.wanted = route, .image = ROUTE_IMAGE_INIT};
	const struct netlink_sink sink = {route_image_consider, route_image_forget, &search};
	struct rtmsg *header;
	char text[INET_TEXT_MAX];
	int error;

	netlink_filter_dumps(netlink);
	header = netlink_begin(netlink, RTM_GETROUTE, 0, sizeof(*header));
	header->rtm_family = (unsigned char)route->to.family;
	mnl_attr_put_u32(netlink_message(netlink), RTA_TABLE, route->table);
	error = netlink_dump(netlink, &sink, fault);
	if (error) {
		route_image_release(&search.image);
		fault_prefix(fault, "cannot list the routes: ");
		return error;
	}
	if (!search.image.message)
		return fault_set(fault, FAULT_GENERIC, -ENOENT, "the route to %s is gone",
				 inet_text(&route->to, text));
	*ret_image = search.image;
	return 0;
}

/* Of a route by a next hop object, the kernel also shows the object's inside and takes only it. */
static bool route_image_drops(uint16_t type, bool by_object, const struct inet *source)
{
	switch (type) {
	case RTA_CACHEINFO:
	case RTA_EXPIRES:
		return true;
	case RTA_PREFSRC:
		return source;
	case RTA_OIF:
	case RTA_GATEWAY:
	case RTA_VIA:
	case RTA_MULTIPATH:
	case RTA_ENCAP:
	case RTA_ENCAP_TYPE:
		return by_object;
	default:
		return false;
	}
}

/* Clears the flags of next hops that the kernel refuses to be told (dead, without carrier). */
static void route_image_clean_hops(void *bytes, size_t left)
{
	while (left >= sizeof(struct rtnexthop)) {
		struct rtnexthop *hop = bytes;
		size_t step = MNL_ALIGN(hop->rtnh_len);

		if (hop->rtnh_len < sizeof(*hop))
			return;
		hop->rtnh_flags &= IMAGE_FLAGS;
		if (step >= left)
			return;
		bytes = (unsigned char *)bytes + step;
		left -= step;
	}
}

static void route_image_copy(struct nlmsghdr *message, const struct nlattr *attr)
{
	struct nlattr *copy = mnl_nlmsg_get_payload_tail(message);

	mnl_attr_put(message, attr->nla_type, mnl_attr_get_payload_len(attr),
		     mnl_attr_get_payload(attr));
	if (mnl_attr_get_type(copy) == RTA_MULTIPATH)
		route_image_clean_hops(mnl_attr_get_payload(copy), mnl_attr_get_payload_len(copy));
}

static struct netlink_walk route_image_walk(const struct nlmsghdr *image)
{
	const size_t skip = MNL_ALIGN(sizeof(struct rtmsg));

	return (struct netlink_walk){mnl_nlmsg_get_payload_offset(image, skip),
				     mnl_nlmsg_get_payload_len(image) - skip};
}

int route_image_put(struct netlink *netlink, const struct route_image *image,
		    const struct inet *source, struct fault *fault)
{
	const struct nlmsghdr *from = image->message;
	struct rtmsg *header =
		netlink_begin(netlink, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, sizeof(*header));
	struct nlmsghdr *message = netlink_message(netlink);
	struct netlink_walk walk = route_image_walk(from);
	const struct nlattr *attr;
	bool by_object = false;
	int error;

	memcpy(header, mnl_nlmsg_get_payload(from), sizeof(*header));
	header->rtm_flags &= IMAGE_FLAGS;
	while ((attr = netlink_next(&walk)))
		by_object = by_object || mnl_attr_get_type(attr) == RTA_NH_ID;
	walk = route_image_walk(from);
	while ((attr = netlink_next(&walk)))
		if (!route_image_drops(mnl_attr_get_type(attr), by_object, source))
			route_image_copy(message, attr);
	if (source && source->family)
		mnl_attr_put(message, RTA_PREFSRC, inet_size(source->family), source->bytes);
	error = netlink_request(netlink, fault);
	if (error)
		fault_prefix(fault, "the kernel refused to set a route: ");
	return error;
}

struct route route_image_route(const struct route_image *image)
{
	struct route route = ROUTE_INIT;

	(void)route_read(image->message, &route);
	return route;
}

void route_image_print(const struct route_image *image, struct buf *text)
{
	const struct nlmsghdr *message = image->message;
	const unsigned char *bytes = image->message;

	for (size_t i = 0; i < message->nlmsg_len; i++)
		buf_addf(text, "%02x", bytes[i]);
}

static int route_image_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

int route_image_parse(const char *text, struct route_image *ret_image)
{
	const size_t length = strlen(text) / 2;
	AUTO_FREE unsigned char *bytes = NULL;
	const struct nlmsghdr *message;
	struct route route;

	if (strlen(text) % 2 || length < sizeof(*message) || length > ROUTE_IMAGE_MAX)
		return -EINVAL;
	bytes = malloc(length);
	if (!bytes)
		return -ENOMEM;
	for (size_t i = 0; i < length; i++) {
		int high = route_image_digit(text[2 * i]), low = route_image_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	message = (const void *)bytes;
	if (message->nlmsg_len != length || route_read(message, &route))
		return -EINVAL;
	ret_image->message = TAKE(bytes);
	return 0;
}
