// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/kind.h"

const struct kind kind_off = {.name = "off", .way = KIND_FIXED};
const struct kind kind_on = {.name = "on", .way = KIND_FIXED};
const struct kind kind_connect = {.name = "connect", .way = KIND_STREAM};
const struct kind kind_sctp = {.name = "sctp", .way = KIND_SCTP};

const struct kind *kind_of(const struct intent_check *check)
{
	static const struct kind *const kinds[CHECK_KINDS] = {
		[CHECK_OFF] = &kind_off,	 [CHECK_ON] = &kind_on,
		[CHECK_CONNECT] = &kind_connect, [CHECK_HTTP] = &kind_http,
		[CHECK_SMTP] = &kind_smtp,	 [CHECK_DNS] = &kind_dns,
		[CHECK_MYSQL] = &kind_mysql,	 [CHECK_PING] = &kind_ping,
		[CHECK_UDP] = &kind_udp,	 [CHECK_SCTP] = &kind_sctp,
		[CHECK_LDAP] = &kind_ldap,	 [CHECK_IMAP] = &kind_imap,
		[CHECK_POP] = &kind_pop,	 [CHECK_FTP] = &kind_ftp,
		[CHECK_TALK] = &kind_text,	 [CHECK_EXTERNAL] = &kind_external,
		[CHECK_AGENT] = &kind_agent,
	};

	return kinds[check->kind];
}
