// SPDX-License-Identifier: BSD-3-Clause

#include "vip/realserver.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/num.h"
#include "net/sysctl.h"
#include "ocf/call.h"
#include "vip/config.h"
#include "vip/seen.h"
#include "vip/spot.h"

#define REALSERVER_KEY_MAX 128
#define REALSERVER_ARP "arp."		/* arp.arp_ignore:eth0=0 */
#define REALSERVER_LOOPBACK "loopback." /* loopback.192.0.2.10=32 */

/* ip-sysctl: answer only for addresses of the asked link; use only such as senders. */
static const struct {
	const char *key;
	int value;
} realserver_arp[] = {{"arp_ignore", 1}, {"arp_announce", 2}};

static void realserver_loopback_key(const struct inet *address, char key[REALSERVER_KEY_MAX])
{
	char text[INET_TEXT_MAX];

	(void)snprintf(key, REALSERVER_KEY_MAX, REALSERVER_LOOPBACK "%s",
		       inet_host_text(address, text));
}

int realserver_leave_loopback(struct call *call, const struct vip_config *config, struct seen *seen)
{
	char key[REALSERVER_KEY_MAX], bits[16];
	const struct addr *there;
	int r = 0;

	if (seen->nic == SEEN_LOOPBACK)
		return 0;
	for (size_t i = 0; r >= 0 && config->lvs_support && i < config->ip.count; i++) {
		const struct inet *address = &config->ip.items[i];

		there = addr_list_next(&seen->addrs, address, SEEN_LOOPBACK, NULL);
		if (!there)
			continue;
		if (!call->promotable) {
			realserver_loopback_key(address, key);
			(void)snprintf(bits, sizeof(bits), "%d", there->inet.prefix);
			(void)record_set(&call->record, key, bits);
			r = record_save(&call->record, call->record_path);
		}
		if (!r)
			r = addr_delete(&seen->netlink, there, &call->fault);
	}
	return r < 0 ? r : 0;
}

static int realserver_add(struct call *call, struct seen *seen, const struct inet *address,
			  int bits)
{
	struct addr addr = ADDR_INIT;
	int r;

	addr.index = SEEN_LOOPBACK;
	addr.inet = *address;
	addr.inet.prefix = bits;
	addr.scope = address->family == AF_INET ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
	addr.flags = address->family == AF_INET6 ? IFA_F_NODAD : 0;
	r = addr_add(&seen->netlink, &addr, &call->fault);
	return r < 0 ? r : 0;
}

int realserver_return_to_loopback(struct call *call, const struct vip_config *config,
				  struct seen *seen)
{
	char key[REALSERVER_KEY_MAX];
	long long bits;
	int r = 0;

	for (size_t i = 0; !r && i < config->ip.count; i++) {
		const struct inet *address = &config->ip.items[i];
		const char *text;

		realserver_loopback_key(address, key);
		text = record_get(&call->record, key);
		if (!text || num_parse(text, 0, inet_bits(address->family), &bits))
			continue;
		r = realserver_add(call, seen, address, (int)bits);
		if (!r)
			(void)record_set(&call->record, key, NULL);
	}
	return r;
}

static int realserver_quiet(struct call *call, const char *link)
{
	char key[REALSERVER_KEY_MAX], text[16];
	int was, r = 0;

	for (size_t i = 0; !r && i < ARRAY_SIZE(realserver_arp); i++) {
		r = sysctl_link_read(AF_INET, link, realserver_arp[i].key, &call->fault, &was);
		if (r || was >= realserver_arp[i].value)
			continue;
		(void)snprintf(key, sizeof(key), REALSERVER_ARP "%s:%s", realserver_arp[i].key,
			       link);
		(void)snprintf(text, sizeof(text), "%d", was);
		if (!record_get(&call->record, key))
			(void)record_set(&call->record, key, text);
		r = record_save(&call->record, call->record_path);
		if (!r)
			r = sysctl_link_write(AF_INET, link, realserver_arp[i].key,
					      realserver_arp[i].value, &call->fault);
	}
	return r;
}

int realserver_stand_by(struct call *call, const struct vip_config *config, struct seen *seen,
			const struct spot_list *spots)
{
	int r = 0;

	for (size_t i = 0; !r && i < spots->count; i++) {
		const struct link *link = seen_link(seen, spots->items[i].index);

		if (link && spots->items[i].inet.family == AF_INET)
			r = realserver_quiet(call, link->name);
	}
	for (size_t i = 0; !r && i < config->ip.count; i++)
		r = realserver_add(call, seen, &config->ip.items[i],
				   inet_bits(config->ip.items[i].family));
	return r;
}

/* Splits "arp.KEY:LINK"; false for other keys. */
static bool realserver_split(const char *key, char name[REALSERVER_KEY_MAX], const char **ret_link)
{
	const size_t skip = strlen(REALSERVER_ARP);
	const char *colon = strchr(key, ':');

	if (strncmp(key, REALSERVER_ARP, skip) || !colon)
		return false;
	(void)snprintf(name, REALSERVER_KEY_MAX, "%.*s", (int)(colon - key - (int)skip),
		       key + skip);
	*ret_link = colon + 1;
	return true;
}

void realserver_restore_arp(struct call *call)
{
	char name[REALSERVER_KEY_MAX];
	const char *link;
	long long was;

	for (size_t i = 0; i < call->record.count; i++) {
		const struct record_entry *entry = &call->record.entries[i];

		if (realserver_split(entry->key, name, &link) &&
		    !num_parse(entry->value, 0, 10, &was))
			(void)sysctl_link_write(AF_INET, link, name, (int)was, NULL);
	}
	record_drop(&call->record, REALSERVER_ARP);
}

int realserver_look_arp(struct call *call)
{
	char name[REALSERVER_KEY_MAX];
	const char *link;
	int is;

	for (size_t i = 0; i < call->record.count; i++) {
		if (!realserver_split(call->record.entries[i].key, name, &link))
			continue;
		for (size_t k = 0; k < ARRAY_SIZE(realserver_arp); k++) {
			if (strcmp(name, realserver_arp[k].key) ||
			    sysctl_link_read(AF_INET, link, name, NULL, &is) ||
			    is >= realserver_arp[k].value)
				continue;
			(void)fault_set(
				&call->fault, FAULT_GENERIC, 0,
				"%s of %s is %d, not %d: it would answer for addresses on lo", name,
				link, is, realserver_arp[k].value);
			return 1;
		}
	}
	return 0;
}
