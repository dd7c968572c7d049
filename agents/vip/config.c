// SPDX-License-Identifier: BSD-3-Clause

#include "vip/config.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/fault.h"
#include "base/line.h"
#include "base/num.h"
#include "net/addr.h"
#include "net/link.h"
#include "vip/routing.h"

static int config_wrong(struct fault *fault, const char *name, const char *wanted, const char *text)
{
	return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "%s must be %s, not '%.40s'", name,
			 wanted, text);
}

const char *vip_nic(const struct vip_config *config, char name[128])
{
	if (!config->nic)
		return NULL;
	(void)line_join(name, 128, (const char *const[]){config->nic, NULL});
	name[strcspn(name, ":")] = '\0';
	return name;
}

const char *vip_label(const struct vip_config *config)
{
	const char *colon = config->nic ? strchr(config->nic, ':') : NULL;

	if (config->iflabel)
		return config->iflabel;
	return colon ? colon + 1 : NULL;
}

int vip_prefix(const struct vip_config *config, const struct inet *address)
{
	int bits;

	if (address->prefix != INET_NO_PREFIX || !config->cidr_netmask)
		return address->prefix;
	if (inet_prefix_parse(config->cidr_netmask, address->family, &bits))
		return INET_NO_PREFIX;
	return bits;
}

uint32_t vip_preferred_lft(const struct vip_config *config)
{
	long long seconds;

	if (num_parse(config->preferred_lft, 0, UINT32_MAX - 1, &seconds))
		return ADDR_FOREVER;
	return (uint32_t)seconds;
}

int vip_proto(const struct vip_config *config)
{
	static const struct {
		const char *name;
		int number;
	} protocols[] = {
		{"kernel", RTPROT_KERNEL}, {"boot", RTPROT_BOOT}, {"static", RTPROT_STATIC},
		{"dhcp", RTPROT_DHCP},	   {"ra", RTPROT_RA},
	};
	long long number;

	for (size_t i = 0; config->proto && i < ARRAY_SIZE(protocols); i++)
		if (!strcmp(config->proto, protocols[i].name))
			return protocols[i].number;
	if (config->proto && !num_parse(config->proto, 0, 255, &number))
		return (int)number;
	return -1;
}

static int config_check_netmask(const struct vip_config *c, struct fault *fault)
{
	int family = 0, bits;

	for (size_t i = 0; c->cidr_netmask && i < c->ip.count; i++) {
		const struct inet *address = &c->ip.items[i];

		if (address->prefix != INET_NO_PREFIX)
			continue;
		if (family && family != address->family)
			return fault_set(
				fault, FAULT_CONFIGURED, -EINVAL,
				"cidr_netmask can't serve IPv4 and IPv6: write /prefix behind "
				"each address of ip");
		family = address->family;
		if (vip_prefix(c, address) == INET_NO_PREFIX)
			return config_wrong(fault, "cidr_netmask",
					    family == AF_INET ? "0 to 32 or a netmask" : "0 to 128",
					    c->cidr_netmask);
	}
	if (c->cidr_netmask && inet_prefix_parse(c->cidr_netmask, AF_INET, &bits) &&
	    inet_prefix_parse(c->cidr_netmask, AF_INET6, &bits))
		return config_wrong(fault, "cidr_netmask", "a prefix length or a netmask",
				    c->cidr_netmask);
	return 0;
}

static int config_check_addresses(const struct vip_config *c, struct fault *fault)
{
	char text[INET_TEXT_MAX];

	if (!c->ip.count)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "ip names no address");
	for (size_t i = 0; i < c->ip.count; i++)
		if (inet_is_link_local(&c->ip.items[i]) && !c->nic)
			return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
					 "nic must be given: %s is link-local",
					 inet_host_text(&c->ip.items[i], text));
	return 0;
}

static int config_check_label(const struct vip_config *c, struct fault *fault)
{
	const char *label = vip_label(c);
	char nic[128];

	if (!label)
		return 0;
	if (!*label || strpbrk(label, "/: \t"))
		return config_wrong(fault, "iflabel", "a word without blank, colon and slash",
				    label);
	/* A longer one is an alternative name: the label goes behind the real one (spot.c). */
	if (vip_nic(c, nic) && strlen(nic) < LINK_NAME_MAX &&
	    strlen(nic) + 1 + strlen(label) >= LINK_NAME_MAX)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "iflabel: '%.20s:%.40s' is longer than %d characters", nic, label,
				 LINK_NAME_MAX - 1);
	return 0;
}

static int config_check_broadcast(const struct vip_config *c, struct fault *fault)
{
	struct inet inet;

	if (!c->broadcast || !strcmp(c->broadcast, "+") || !strcmp(c->broadcast, "-"))
		return 0;
	if (inet_parse(c->broadcast, &inet) || inet.family != AF_INET ||
	    inet.prefix != INET_NO_PREFIX)
		return config_wrong(fault, "broadcast", "an IPv4 address, + or -", c->broadcast);
	return 0;
}

static int config_check_words(const struct vip_config *c, struct fault *fault)
{
	long long seconds;

	if (strcmp(c->preferred_lft, "forever") &&
	    num_parse(c->preferred_lft, 0, UINT32_MAX - 1, &seconds))
		return config_wrong(fault, "preferred_lft", "seconds or forever", c->preferred_lft);
	if (c->proto && vip_proto(c) < 0)
		return config_wrong(fault, "proto", "kernel, boot, static, dhcp, ra or 0 to 255",
				    c->proto);
	if (c->nic && (!*c->nic || *c->nic == ':' || strpbrk(c->nic, "/ \t")))
		return config_wrong(fault, "nic", "the name of a network interface", c->nic);
	if (c->unique_clone_address)
		return fault_set(
			fault, FAULT_CONFIGURED, -EINVAL,
			"unique_clone_address is not supported: write all addresses into ip");
	return 0;
}

int vip_check(const void *config, struct fault *fault)
{
	const struct vip_config *c = config;
	int r = config_check_addresses(c, fault);

	if (!r)
		r = config_check_netmask(c, fault);
	if (!r)
		r = config_check_label(c, fault);
	if (!r)
		r = config_check_broadcast(c, fault);
	if (!r)
		r = config_check_words(c, fault);
	if (!r)
		r = routing_check(c, fault);
	return r;
}
