// SPDX-License-Identifier: BSD-3-Clause

#include "cloud/address.h"

#include <errno.h>
#include <string.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "cloud/cloud.h"
#include "cloud/provider.h"
#include "text/json.h"

#define ADDRESS_PAGES_MAX 100
#define ADDRESS_LOOKS_AGAIN 2
#define ADDRESS_ASK_AGAIN_MS 4000 /* an assign whose effect can't be seen by then is sent again */

/* Looks through the pages of find for the address's id. */
static int address_find(struct cloud *cloud, struct fault *fault)
{
	const struct cloud_address_api *api = &cloud->provider->address;
	char id[VARIABLE_MAX], next[VARIABLE_MAX];
	int r = 0;

	(void)variables_set(cloud->variables.page, api->find_first ? api->find_first : "");
	for (int page = 0; page < ADDRESS_PAGES_MAX; page++) {
		AUTO_JSON json_t *answer = NULL;

		r = cloud_run(cloud, &api->find, fault, &answer);
		if (r)
			break;
		if (!json_at(answer, api->find_is))
			return fault_set(fault, FAULT_GENERIC, -EBADMSG,
					 "%s: the list of addresses has no %s",
					 cloud->provider->title, api->find_is);
		if (cloud_text_at(cloud, answer, api->find_id, id) && *id)
			return variables_set(cloud->variables.ip_id, id);
		if (!cloud_text_at(cloud, answer, api->find_next, next) || !*next ||
		    !strcmp(next, cloud->variables.page) ||
		    variables_set(cloud->variables.page, next))
			break;
	}
	if (r < 0)
		return r;
	return fault_set(fault, FAULT_ARGS, -ENOENT, "%s: this account has no floating address %s",
			 cloud->provider->title, cloud->variables.ip);
}

int address_select(struct cloud *cloud, const char *ip, const char *ip_id, struct fault *fault)
{
	if (variables_set(cloud->variables.ip, ip) ||
	    (ip_id && variables_set(cloud->variables.ip_id, ip_id)))
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "ip_id is too long");
	if (ip_id || !cloud->provider->address.find.method)
		return 0;
	return address_find(cloud, fault);
}

static int address_expected(const struct cloud *cloud, struct buf *text, struct fault *fault)
{
	const char *missing = NULL;
	int r = variables_fill(&cloud->variables, cloud->provider->address.owner_is,
			       VARIABLES_PLAIN, text, &missing);

	if (r == -ENODATA)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "%s must be given: the metadata service does not tell it",
				 missing);
	return r;
}

static int address_read(struct cloud *cloud, const json_t *answer, struct fault *fault,
			enum address_owner *ret_owner, bool *ret_locked)
{
	const struct cloud_address_api *api = &cloud->provider->address;
	AUTO_BUF struct buf us = BUF_INIT;
	char text[VARIABLE_MAX], locked[VARIABLE_MAX];
	const char *owner = cloud_text_at(cloud, answer, api->owner, text), *after;
	int r = address_expected(cloud, &us, fault);

	if (r)
		return r;
	*ret_locked = cloud_text_at(cloud, answer, api->locked, locked) && !strcmp(locked, "true");
	if (!cloud_text_at(cloud, answer, api->detach_id, cloud->variables.action))
		cloud->variables.action[0] = '\0';
	after = owner && api->owner_after ? strstr(owner, api->owner_after) : NULL;
	if (after)
		owner = after + strlen(api->owner_after);
	*ret_owner = !owner || !*owner	     ? ADDRESS_FREE :
		     !strcmp(owner, us.data) ? ADDRESS_OURS :
					       ADDRESS_OTHER;
	return variables_set(cloud->variables.owner, owner ? owner : "");
}

/* The answer is about our address; the provider may write it in another way, or name its net. */
static bool address_is_shown(const struct cloud *cloud, const json_t *answer)
{
	char text[VARIABLE_MAX];
	const char *shown = cloud_text_at(cloud, answer, cloud->provider->address.shown, text);
	struct inet ours, theirs;

	if (!shown || !strcmp(shown, cloud->variables.ip))
		return shown != NULL;
	if (inet_parse(cloud->variables.ip, &ours) || inet_parse(shown, &theirs))
		return false;
	return inet_in_net(&ours, &theirs,
			   theirs.prefix == INET_NO_PREFIX ? inet_bits(theirs.family) :
							     theirs.prefix);
}

/* An answer that does not tell of our address is no "free": asked again, like one that is lost. */
static int address_look(struct cloud *cloud, struct fault *fault, enum address_owner *ret_owner,
			bool *ret_locked)
{
	for (;;) {
		AUTO_JSON json_t *answer = NULL;
		int r = cloud_run(cloud, &cloud->provider->address.show, fault, &answer);

		if (r > 0)
			return fault_set(fault, FAULT_ARGS, -ENOENT,
					 "%s: this account has no floating address %s",
					 cloud->provider->title, cloud->variables.ip);
		if (r)
			return r;
		if (address_is_shown(cloud, answer))
			return address_read(cloud, answer, fault, ret_owner, ret_locked);
		(void)fault_set(fault, FAULT_GENERIC, 0, "%s does not tell about %s",
				cloud->provider->title, cloud->variables.ip);
		if (cloud_pause(cloud, cloud->provider->poll_ms, fault))
			return -ETIMEDOUT;
	}
}

int address_show(struct cloud *cloud, struct fault *fault, enum address_owner *ret_owner)
{
	bool locked;

	return address_look(cloud, fault, ret_owner, &locked);
}

int address_confirm(struct cloud *cloud, struct fault *fault, enum address_owner *ret_owner)
{
	for (int looks = 0;; looks++) {
		int r = address_show(cloud, fault, ret_owner);

		if (r || *ret_owner == ADDRESS_OURS || looks == ADDRESS_LOOKS_AGAIN)
			return r;
		r = cloud_pause(cloud, cloud->provider->poll_ms, fault);
		if (r)
			return r;
	}
}

/*
 * Sends a change and waits for its action; what became of it, the next look will tell. Refused for
 * now, it is due again with that look.
 */
static int address_change(struct cloud *cloud, const struct cloud_request *request,
			  long long *asked, struct fault *fault)
{
	AUTO_JSON json_t *answer = NULL;
	int r = cloud_run(cloud, request, fault, &answer);

	if (r == CLOUD_ABSENT)
		return fault_set(fault, FAULT_ARGS, -ENOENT,
				 "%s: there is no such server or address: %s",
				 cloud->provider->title, cloud->variables.server);
	if (r == CLOUD_BUSY) {
		*asked = 0;
		r = cloud_pause(cloud, cloud->provider->poll_ms, fault);
	}
	if (!r && answer)
		r = cloud_await(cloud, &cloud->provider->address.poll, answer, fault);
	return r < 0 ? r : 0;
}

/* What unassign needs to name, where show doesn't tell it. No such thing: somebody else was faster. */
static int address_detach(struct cloud *cloud, long long *asked, struct fault *fault)
{
	const struct cloud_address_api *api = &cloud->provider->address;
	AUTO_JSON json_t *answer = NULL;
	int r = api->holder.method ? cloud_run(cloud, &api->holder, fault, &answer) : 0;

	if (r < 0)
		return r;
	if (api->holder.method &&
	    !cloud_text_at(cloud, answer, api->detach_id, cloud->variables.action)) {
		*asked = 0;
		return cloud_pause(cloud, cloud->provider->poll_ms, fault);
	}
	return address_change(cloud, &api->unassign, asked, fault);
}

/* Nothing is under way any more that was asked for a while ago: ask. */
static bool address_is_due(long long *asked, bool locked)
{
	const long long now = deadline_now();

	if (locked || (*asked && now - *asked < ADDRESS_ASK_AGAIN_MS * 1000000LL))
		return false;
	*asked = now;
	return true;
}

int address_take(struct cloud *cloud, struct fault *fault)
{
	const struct cloud_address_api *api = &cloud->provider->address;
	enum address_owner owner = ADDRESS_OTHER;
	long long assigned = 0, detached = 0, *asked;
	bool locked = false, detach;

	for (unsigned int looks = 0;; looks++) {
		struct fault said = FAULT_INIT;
		int r = address_look(cloud, fault, &owner, &locked);

		if (r || owner == ADDRESS_OURS)
			return r;
		detach = owner == ADDRESS_OTHER && api->move == CLOUD_MOVE_DETACH_FIRST;
		asked = detach ? &detached : &assigned;
		if (!address_is_due(asked, locked))
			r = cloud_pause(cloud, cloud_poll_ms(cloud, looks), &said);
		else if (detach)
			r = address_detach(cloud, asked, &said);
		else
			r = address_change(cloud, &api->assign, asked, &said);
		if (r == -ETIMEDOUT)
			return fault_set(fault, FAULT_TIMEOUT, r, "%s still belongs to %s%s%.100s",
					 cloud->variables.ip,
					 *cloud->variables.owner ? cloud->variables.owner :
								   "nobody",
					 said.kind ? ": " : "", said.reason);
		if (r) {
			*fault = said;
			return r;
		}
	}
}

int address_release(struct cloud *cloud, struct fault *fault)
{
	enum address_owner owner = ADDRESS_OURS;
	long long detached = 0;
	bool locked = false;

	for (unsigned int looks = 0;; looks++) {
		struct fault said = FAULT_INIT;
		int r = address_look(cloud, fault, &owner, &locked);

		/* Locked: an assign to us may be what is under way. */
		if (r || (owner != ADDRESS_OURS && !locked))
			return r;
		if (address_is_due(&detached, locked))
			r = address_detach(cloud, &detached, &said);
		else
			r = cloud_pause(cloud, cloud_poll_ms(cloud, looks), &said);
		if (r == -ETIMEDOUT)
			return fault_set(fault, FAULT_TIMEOUT, r,
					 "%s is still assigned to us%s%.100s", cloud->variables.ip,
					 said.kind ? ": " : "", said.reason);
		if (r) {
			*fault = said;
			return r;
		}
	}
}

enum address_glance address_glance(struct cloud *cloud, struct fault *fault)
{
	const struct cloud_metadata *m = &cloud->provider->metadata;
	AUTO_BUF struct buf wanted = BUF_INIT;
	char value[VARIABLE_MAX];
	const char *missing;
	int r;

	if (!m->holds.path)
		return ADDRESS_UNKNOWN;
	if (m->mac.path && !*cloud->variables.mac &&
	    cloud_ask_metadata(cloud, &m->mac, fault, cloud->variables.mac))
		return ADDRESS_UNKNOWN;
	r = cloud_ask_metadata(cloud, &m->holds, fault, value);
	if (r)
		return r == -ENOENT ? ADDRESS_NOT_HELD : ADDRESS_UNKNOWN;
	if (m->holds_value && (variables_fill(&cloud->variables, m->holds_value, VARIABLES_PLAIN,
					      &wanted, &missing) ||
			       strcmp(value, wanted.data)))
		return ADDRESS_NOT_HELD;
	if (!m->active.path)
		return ADDRESS_HELD;
	r = cloud_ask_metadata(cloud, &m->active, fault, value);
	if (r)
		return r == -ENOENT ? ADDRESS_NOT_HELD : ADDRESS_UNKNOWN;
	return strcmp(value, "true") ? ADDRESS_NOT_HELD : ADDRESS_HELD;
}
