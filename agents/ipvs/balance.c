// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/balance.h"

#define BALANCE_FADE 0.9      /* of the bytes seen so far remain at every step */
#define BALANCE_LEAST 16384.0 /* bytes of all servers below which nothing is learnt */
#define BALANCE_FACTOR_MAX 16.0
#define BALANCE_TURN_MAX 1.25 /* by so much a factor changes in a step at the most */

static double balance_within(double value, double least, double most)
{
	return value < least ? least : value > most ? most : value;
}

static void balance_count(struct balance_server *server)
{
	struct balance *b = server->balance;
	const uint64_t more = server->counter >= b->counter ? server->counter - b->counter :
							      server->counter;

	b->bytes = b->bytes * BALANCE_FADE + (b->seen ? (double)more : 0);
	b->counter = server->counter;
	b->seen = true;
	if (b->factor < 1 / BALANCE_FACTOR_MAX)
		b->factor = 1;
}

static void balance_steer(struct balance_server *server, double bytes, double weights)
{
	struct balance *b = server->balance;
	const double target = (double)server->weight / weights;
	const double share = b->bytes / bytes;
	double turn = BALANCE_TURN_MAX;

	/* Half of the way: the next step sees what this one has brought about. */
	if (share > 0)
		turn = 1 + (target / share - 1) / 2;
	b->factor *= balance_within(turn, 1 / BALANCE_TURN_MAX, BALANCE_TURN_MAX);
	b->factor = balance_within(b->factor, 1 / BALANCE_FACTOR_MAX, BALANCE_FACTOR_MAX);
}

void balance_step(struct balance_server *servers, size_t count)
{
	double bytes = 0, weights = 0, mean = 0, all = 0, scale = 0;

	for (size_t i = 0; i < count; i++) {
		balance_count(&servers[i]);
		if (servers[i].weight > 0) {
			all += servers[i].weight;
			scale += BALANCE_MEAN;
		}
		if (!servers[i].serves || servers[i].weight <= 0)
			continue;
		bytes += servers[i].balance->bytes;
		weights += servers[i].weight;
	}
	for (size_t i = 0; i < count; i++) {
		if (!servers[i].serves || servers[i].weight <= 0)
			continue;
		if (bytes >= BALANCE_LEAST)
			balance_steer(&servers[i], bytes, weights);
		mean += servers[i].balance->factor * servers[i].weight / weights;
	}
	/* Only ratios matter: their mean stays at 1, so that no common drift ends at a bound. */
	for (size_t i = 0; i < count; i++) {
		struct balance_server *s = &servers[i];

		if (s->serves && s->weight > 0)
			s->balance->factor /= mean;
		s->steered = s->weight <= 0 ?
				     0 :
				     (int)balance_within(
					     s->balance->factor * s->weight * scale / all + 0.5, 1,
					     BALANCE_WEIGHT_MAX);
	}
}
