// SPDX-License-Identifier: BSD-3-Clause

#include "cluster/quorum.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <corosync/quorum.h>

#include "base/attr.h"
#include "base/fault.h"
#include "cluster/peers.h"
#include "daemon/errand.h"
#include "daemon/loop.h"
#include "daemon/retry.h"

#define QUORUM_RETRY_MS 1000 /* as with the peers */
#define QUORUM_RETRY_MAX_MS 30000
#define QUORUM_RING_STEP 4 /* by which corosync raises the ring's sequence for a new membership */

struct quorum_connect {
	struct quorum *quorum;
	cs_error_t error;
	bool connected; /* the handle is to be finalized */
	quorum_handle_t handle;
	int fd;
};

struct quorum {
	struct loop *loop;
	struct peers *peers;
	const struct quorum_ops *ops;
	void *data;
	struct errand *errand; /* connecting */
	struct retry retry;
	quorum_handle_t handle;
	int fd; /* -1: not connected */
	struct quorum_view view;
	enum peers_state peers_state;
	unsigned signs; /* collected, not told yet */
	bool holds;	/* as told last */
};

/* What is known ---------------------------------------------------------------------------- */

bool quorum_holds(const struct quorum *quorum)
{
	uint32_t node;
	uint64_t seq;

	if (!quorum->view.connected || !quorum->view.quorate)
		return false;
	if (!quorum->peers)
		return true;
	peers_ring(quorum->peers, &node, &seq);
	return peers_state(quorum->peers) == PEERS_JOINED && node == quorum->view.ring_node &&
	       seq == quorum->view.ring_seq;
}

const struct quorum_view *quorum_view(const struct quorum *quorum)
{
	return &quorum->view;
}

const char *quorum_signs_text(unsigned signs, char text[128])
{
	static const char *const words[] = {
		"quorate=0", "members left", "own messages stay out", "corosync is away",
		"we slept",  "all is well",  "members joined"};
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (signs & 1U << i)
			used += (size_t)snprintf(text + used, 128 - used, "%s%s", used ? ", " : "",
						 words[i]);
	return text;
}

static void quorum_tell(struct quorum *quorum)
{
	const bool holds = quorum_holds(quorum);
	unsigned signs = quorum->signs;

	if (holds && !quorum->holds)
		signs |= QUORUM_BACK;
	quorum->signs = 0;
	quorum->holds = holds;
	if (signs)
		quorum->ops->changed(signs, &quorum->view, quorum->data);
}

/* Corosync's word -------------------------------------------------------------------------- */

static struct quorum *quorum_of(quorum_handle_t handle)
{
	const void *context = NULL;

	if (quorum_context_get(handle, &context) != CS_OK)
		return NULL;
	return (struct quorum *)(uintptr_t)context;
}

static size_t quorum_take(uint32_t *to, const uint32_t *from, uint32_t count)
{
	if (count > NODE_MAX)
		count = NODE_MAX;
	if (count)
		memcpy(to, from, count * sizeof(*to));
	return count;
}

static void quorum_take_ring(struct quorum *quorum, struct quorum_ring_id ring)
{
	struct quorum_view *view = &quorum->view;

	if (view->connected && ring.seq > view->ring_seq + QUORUM_RING_STEP)
		quorum->signs |= QUORUM_LEFT;
	view->ring_node = ring.nodeid;
	view->ring_seq = ring.seq;
}

static void quorum_notified(quorum_handle_t handle, uint32_t quorate, struct quorum_ring_id ring,
			    uint32_t count, const uint32_t *members)
{
	struct quorum *quorum = quorum_of(handle);

	if (!quorum)
		return;
	quorum_take_ring(quorum, ring);
	quorum->view.member_count = quorum_take(quorum->view.members, members, count);
	if (quorum->view.quorate && !quorate)
		quorum->signs |= QUORUM_LOST;
	quorum->view.quorate = quorate != 0;
	quorum->view.connected = true;
}

static void quorum_nodelist(quorum_handle_t handle, struct quorum_ring_id ring, uint32_t count,
			    const uint32_t *members, uint32_t joined_count, const uint32_t *joined,
			    uint32_t left_count, const uint32_t *left)
{
	struct quorum *quorum = quorum_of(handle);

	if (!quorum)
		return;
	quorum_take_ring(quorum, ring);
	quorum->view.member_count = quorum_take(quorum->view.members, members, count);
	quorum->view.joined_count = quorum_take(quorum->view.joined, joined, joined_count);
	quorum->view.left_count = quorum_take(quorum->view.left, left, left_count);
	if (left_count)
		quorum->signs |= QUORUM_LEFT;
	if (joined_count)
		quorum->signs |= QUORUM_JOINED;
}

static void quorum_lose(struct quorum *quorum)
{
	loop_unwatch(quorum->loop, quorum->fd);
	quorum->fd = -1;
	(void)quorum_finalize(quorum->handle); /* asks nobody */
	quorum->view = (struct quorum_view){.connected = false};
	quorum->signs |= QUORUM_GONE;
	retry_worked(&quorum->retry);
	retry_later(&quorum->retry);
}

static void quorum_dispatched(int fd, short events, void *data)
{
	struct quorum *quorum = data;
	cs_error_t error = quorum_dispatch(quorum->handle, CS_DISPATCH_ALL);

	if (error != CS_OK && error != CS_ERR_TRY_AGAIN)
		quorum_lose(quorum);
	quorum_tell(quorum);
}

/* Connecting ------------------------------------------------------------------------------- */

static void quorum_connect_run(void *data)
{
	struct quorum_connect *connect = data;
	static const quorum_model_v1_data_t model = {.model = QUORUM_MODEL_V1,
						     .quorum_notify_fn = quorum_notified,
						     .nodelist_notify_fn = quorum_nodelist};
	uint32_t type = QUORUM_FREE;

	connect->error = quorum_model_initialize(&connect->handle, QUORUM_MODEL_V1,
						 (quorum_model_data_t *)(uintptr_t)&model, &type,
						 NULL);
	connect->connected = connect->error == CS_OK;
	if (connect->connected && type != QUORUM_SET)
		connect->error = CS_ERR_NOT_SUPPORTED; /* no quorum provider is configured */
	if (connect->error == CS_OK)
		connect->error = quorum_fd_get(connect->handle, &connect->fd);
	if (connect->error == CS_OK)
		connect->error =
			quorum_trackstart(connect->handle, CS_TRACK_CURRENT | CS_TRACK_CHANGES);
}

static void quorum_connect_free(void *data)
{
	struct quorum_connect *connect = data;

	if (connect->connected)
		(void)quorum_finalize(connect->handle);
	free(connect);
}

static void quorum_connect_done(void *data)
{
	struct quorum_connect *connect = data;
	struct quorum *quorum = connect->quorum;

	quorum->errand = NULL;
	if (connect->error != CS_OK ||
	    loop_watch(quorum->loop, connect->fd, POLLIN, quorum_dispatched, quorum)) {
		retry_later(&quorum->retry);
	} else {
		quorum->handle = connect->handle;
		quorum->fd = connect->fd;
		connect->connected = false; /* taken */
		(void)quorum_context_set(quorum->handle, quorum);
	}
	quorum_connect_free(connect);
}

static void quorum_try(void *data)
{
	static const struct errand_ops ops = {quorum_connect_run, quorum_connect_done,
					      quorum_connect_free};
	struct quorum *quorum = data;
	struct quorum_connect *connect = calloc(1, sizeof(*connect));

	if (connect)
		connect->quorum = quorum;
	if (!connect || errand_start(quorum->loop, &ops, connect, &quorum->errand, NULL)) {
		free(connect);
		retry_later(&quorum->retry);
	}
}

/* The other signs -------------------------------------------------------------------------- */

static void quorum_slept(long long milliseconds, void *data)
{
	struct quorum *quorum = data;

	quorum->signs |= QUORUM_GAP;
	quorum_tell(quorum);
}

static void quorum_peers_changed(void *data)
{
	struct quorum *quorum = data;
	const enum peers_state state = peers_state(quorum->peers), before = quorum->peers_state;

	quorum->peers_state = state;
	if (state == PEERS_SILENT && before == PEERS_JOINED)
		quorum->signs |= QUORUM_SILENT;
	if (state == PEERS_AWAY && before != PEERS_AWAY)
		quorum->signs |= QUORUM_GONE;
	quorum_tell(quorum);
}

int quorum_open(struct loop *loop, struct peers *peers, const struct quorum_ops *ops, void *data,
		struct quorum **ret_quorum, struct fault *fault)
{
	struct quorum *quorum = calloc(1, sizeof(*quorum));

	if (!quorum || loop_on_gap(loop, QUORUM_GAP_MS, quorum_slept, quorum)) {
		free(quorum);
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "cannot watch the quorum: %s",
				 strerror(ENOMEM));
	}
	quorum->loop = loop;
	quorum->peers = peers;
	quorum->ops = ops;
	quorum->data = data;
	quorum->fd = -1;
	retry_init(&quorum->retry, loop, QUORUM_RETRY_MS, QUORUM_RETRY_MAX_MS, quorum_try, quorum);
	if (peers) {
		quorum->peers_state = peers_state(peers);
		peers_listen(peers, quorum_peers_changed, quorum);
	}
	quorum_try(quorum);
	*ret_quorum = quorum;
	return 0;
}

void quorum_close(struct quorum **quorum)
{
	struct quorum *given = TAKE(*quorum);

	if (!given)
		return;
	errand_abandon(&given->errand);
	loop_off_gap(given->loop, given);
	loop_timer_clear(&given->retry.timer);
	if (given->peers)
		peers_listen(given->peers, NULL, NULL);
	if (given->fd >= 0) {
		loop_unwatch(given->loop, given->fd);
		(void)quorum_finalize(given->handle);
	}
	free(given);
}
