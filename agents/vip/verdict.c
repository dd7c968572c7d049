// SPDX-License-Identifier: BSD-3-Clause

#include "vip/verdict.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/line.h"
#include "vip/config.h"
#include "vip/homes.h"
#include "vip/seen.h"

static const char *verdict_link_name(const struct verdict_view *view, int index, char text[32])
{
	const struct link *link = link_list_find(view->links, index);

	if (link)
		return link->name;
	(void)snprintf(text, 32, "link %d", index);
	return text;
}

/* The link where an address belongs: the parameter, or where start put it; 0: any. */
static int verdict_home(const struct verdict_view *view, size_t i)
{
	if (view->nic || !view->homes || !*view->homes[i].link)
		return view->nic;
	for (size_t k = 0; k < view->links->count; k++)
		if (!strcmp(view->links->items[k].name, view->homes[i].link))
			return view->links->items[k].index;
	return -1;
}

/* The prefix that the user gave, or that start has chosen. */
static int verdict_prefix(const struct vip_config *config, const struct verdict_view *view,
			  size_t i)
{
	int prefix = vip_prefix(config, &config->ip.items[i]);

	if (prefix == INET_NO_PREFIX && view->homes && *view->homes[i].link)
		return view->homes[i].prefix;
	return prefix;
}

static bool verdict_is_standby_place(const struct verdict_view *view, const struct addr *addr)
{
	return view->loopback_standby && addr->index == SEEN_LOOPBACK && view->nic != SEEN_LOOPBACK;
}

/* The instance to judge: the one at home if there is one, else any outside the standby place. */
static const struct addr *verdict_instance(const struct verdict_view *view,
					   const struct inet *address, int home)
{
	const struct addr *found = NULL;

	for (const struct addr *a = NULL; (a = addr_list_next(view->addrs, address, 0, a));) {
		if (verdict_is_standby_place(view, a))
			continue;
		if (!found || a->index == home)
			found = a;
	}
	return found;
}

#define BROKEN(...) (fault_set(fault, FAULT_GENERIC, 0, __VA_ARGS__), ROLE_BROKEN)

static enum role_state verdict_place(const struct verdict_view *view, const struct addr *addr,
				     int home, struct fault *fault)
{
	char text[INET_TEXT_MAX], here[32], there[32];
	const char *name = inet_host_text(&addr->inet, text);

	if (home < 0)
		return BROKEN("%s is on %s, and not on the interface where it belongs", name,
			      verdict_link_name(view, addr->index, here));
	if (home && addr->index != home)
		return BROKEN("%s is on %s, not on %s", name,
			      verdict_link_name(view, addr->index, here),
			      verdict_link_name(view, home, there));
	for (const struct addr *a = NULL; (a = addr_list_next(view->addrs, &addr->inet, 0, a));) {
		if (verdict_is_standby_place(view, a) || a == addr)
			continue;
		if (a->index != addr->index)
			return BROKEN("%s is also on %s", name,
				      verdict_link_name(view, a->index, there));
		return BROKEN("%s is there twice, as /%d and as /%d", name, addr->inet.prefix,
			      a->inet.prefix);
	}
	return ROLE_ACTIVE;
}

static enum role_state verdict_form(const struct vip_config *config, const struct addr *addr,
				    const struct link *link, int prefix, struct fault *fault)
{
	const char *label = vip_label(config);
	char text[INET_TEXT_MAX], wanted[160];
	const char *name = inet_host_text(&addr->inet, text);

	if (prefix != INET_NO_PREFIX && addr->inet.prefix != prefix)
		return BROKEN("%s is there as /%d, not as /%d", name, addr->inet.prefix, prefix);
	if (addr->flags & IFA_F_DADFAILED)
		return BROKEN("%s failed duplicate address detection: another host has it", name);
	if ((addr->flags & IFA_F_TENTATIVE) && !(addr->flags & IFA_F_OPTIMISTIC))
		return BROKEN("%s is tentative: it can't be used yet", name);
	if (label && link && addr->inet.family == AF_INET) {
		(void)LINE_JOIN(wanted, link->name, ":", label);
		if (strcmp(addr->label, wanted))
			return BROKEN("%s lacks the label %s", name, wanted);
	}
	if ((addr->flags & IFA_F_DEPRECATED) && vip_preferred_lft(config)) {
		(void)fault_set(fault, FAULT_GENERIC, 0,
				"%s is deprecated: its preferred lifetime is over", name);
		return ROLE_DEGRADED;
	}
	return ROLE_ACTIVE;
}

static enum role_state verdict_link(const struct vip_config *config,
				    const struct verdict_view *view, const struct link *link,
				    struct fault *fault)
{
	const struct link *lower;

	if (!link)
		return ROLE_ACTIVE;
	if (!link_is_up(link))
		return BROKEN("%s is down", link->name);
	if (!config->check_link_status || (link->flags & IFF_LOOPBACK))
		return ROLE_ACTIVE;
	lower = link->lower ? link_list_find(view->links, link->lower) : NULL;
	if (lower && (!link_is_up(lower) || !link_has_carrier(lower)))
		return BROKEN("%s has no carrier: %s, which it runs on, %s", link->name,
			      lower->name, link_is_up(lower) ? "has none" : "is down");
	if (!link_has_carrier(link))
		return BROKEN("%s has no carrier", link->name);
	return ROLE_ACTIVE;
}

static enum role_state verdict_of_one(const struct vip_config *config,
				      const struct verdict_view *view, size_t i,
				      struct fault *fault)
{
	const struct inet *address = &config->ip.items[i];
	int home = verdict_home(view, i);
	const struct addr *addr = verdict_instance(view, address, home);
	const struct link *link;
	enum role_state state, later;

	if (!addr)
		return ROLE_ABSENT;
	link = link_list_find(view->links, addr->index);
	state = verdict_place(view, addr, home, fault);
	if (state == ROLE_ACTIVE)
		state = verdict_form(config, addr, link, verdict_prefix(config, view, i), fault);
	if (state == ROLE_BROKEN)
		return state;
	later = verdict_link(config, view, link, fault);
	return later == ROLE_BROKEN ? later : state;
}

static bool verdict_waits(const struct vip_config *config, const struct verdict_view *view,
			  struct fault *fault)
{
	char text[INET_TEXT_MAX];

	for (size_t i = 0; i < config->ip.count; i++)
		if (!addr_list_next(view->addrs, &config->ip.items[i], SEEN_LOOPBACK, NULL)) {
			(void)fault_set(fault, FAULT_GENERIC, 0,
					"%s is not on lo, where an unpromoted real server holds it",
					inet_host_text(&config->ip.items[i], text));
			return false;
		}
	return true;
}

/* Whether an instance that was stopped has left an address on the loopback. */
static bool verdict_waits_still(const struct vip_config *config, const struct verdict_view *view)
{
	for (size_t i = 0; i < config->ip.count; i++)
		if (addr_list_next(view->addrs, &config->ip.items[i], SEEN_LOOPBACK, NULL))
			return true;
	return false;
}

/* The kernel takes IPv6 addresses from a link that goes down: that is what a person should read. */
static void verdict_tell_missing(const struct vip_config *config, const struct verdict_view *view,
				 size_t missing, size_t first, struct fault *fault)
{
	const int home = verdict_home(view, first);
	const struct link *link = home > 0 ? link_list_find(view->links, home) : NULL;
	const bool down = link && !link_is_up(link);
	char text[INET_TEXT_MAX];

	(void)inet_host_text(&config->ip.items[first], text);
	if (config->ip.count == 1)
		(void)fault_join(fault, FAULT_GENERIC, 0,
				 (const char *const[]){text, " is not here", NULL});
	else
		(void)fault_set(fault, FAULT_GENERIC, 0, "%zu of %zu addresses are not here: %s%s",
				missing, config->ip.count, text, missing > 1 ? " ..." : "");
	if (down)
		fault_prefix(fault, "%s is down, and ", link->name);
}

enum role_state verdict_reach(const struct vip_config *config, const struct verdict_view *view,
			      struct fault *fault)
{
	enum role_state worst = ROLE_ACTIVE;
	struct fault first = FAULT_INIT;
	size_t missing = 0, first_missing = 0;

	for (size_t i = 0; i < config->ip.count; i++) {
		struct fault here = FAULT_INIT;
		enum role_state state = verdict_of_one(config, view, i, &here);

		if (state == ROLE_ABSENT) {
			if (!missing++)
				first_missing = i;
		} else if (state > worst) {
			worst = state;
			first = here;
		}
	}
	if (missing == config->ip.count && view->standby && view->loopback_standby)
		return verdict_waits(config, view, fault) ? ROLE_STANDBY : ROLE_BROKEN;
	if (missing == config->ip.count && view->promotable && view->loopback_standby &&
	    verdict_waits_still(config, view))
		return ROLE_STANDBY;
	if (missing) {
		verdict_tell_missing(config, view, missing, first_missing, fault);
		return missing == config->ip.count ? ROLE_ABSENT : ROLE_BROKEN;
	}
	if (worst != ROLE_ACTIVE)
		*fault = first;
	return worst;
}
