// SPDX-License-Identifier: BSD-3-Clause

#include "vip/heirs.h"

#include <linux/if_addr.h>

#include "net/sysctl.h"
#include "ocf/call.h"
#include "vip/seen.h"

static bool heirs_are_ours(const struct inet_list *ours, const struct inet *inet)
{
	for (size_t i = 0; ours && i < ours->count; i++)
		if (inet_same(&ours->items[i], inet))
			return true;
	return false;
}

static bool heirs_is_sibling(const struct addr *addr, const struct addr *other)
{
	return other != addr && other->index == addr->index &&
	       other->inet.prefix == addr->inet.prefix &&
	       inet_in_net(&other->inet, &addr->inet, addr->inet.prefix);
}

static bool heirs_exist(const struct seen *seen, const struct addr *addr,
			const struct inet_list *ours)
{
	if (addr->inet.family != AF_INET || (addr->flags & IFA_F_SECONDARY))
		return false;
	for (size_t i = 0; i < seen->addrs.count; i++) {
		const struct addr *other = &seen->addrs.items[i];

		if (heirs_is_sibling(addr, other) && !heirs_are_ours(ours, &other->inet))
			return true;
	}
	return false;
}

/* One of them is the first now, and from here nobody can say which. */
static void heirs_promote(struct seen *seen, const struct addr *addr)
{
	for (size_t i = 0; i < seen->addrs.count; i++)
		if (heirs_is_sibling(addr, &seen->addrs.items[i]))
			seen->addrs.items[i].flags &= ~(uint32_t)IFA_F_SECONDARY;
}

int heirs_delete(struct call *call, struct seen *seen, const struct addr *addr,
		 const struct inet_list *ours)
{
	const bool heirs = heirs_exist(seen, addr, ours);
	const struct link *link = heirs ? seen_link(seen, addr->index) : NULL;
	int all = 0, own = 0, r = 0;
	bool lent;

	if (link) {
		r = sysctl_link_read(AF_INET, "all", "promote_secondaries", &call->fault, &all);
		if (!r)
			r = sysctl_link_read(AF_INET, link->name, "promote_secondaries",
					     &call->fault, &own);
	}
	lent = !r && link && !all && !own;
	if (lent)
		r = sysctl_link_write(AF_INET, link->name, "promote_secondaries", 1, &call->fault);
	if (r)
		return r;
	r = addr_delete(&seen->netlink, addr, &call->fault);
	if (lent)
		(void)sysctl_link_write(AF_INET, link->name, "promote_secondaries", 0, NULL);
	if (heirs)
		heirs_promote(seen, addr);
	return r;
}
