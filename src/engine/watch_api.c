#include "engine/watch_api.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"

/* A decimal number of n digits at *s, which is moved behind it; -1 when there is none. */
static int64_t digits(struct str *s, size_t n)
{
	int64_t v = 0;
	if (s->n < n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (s->at[i] < '0' || s->at[i] > '9')
			return -1;
		v = v * 10 + (s->at[i] - '0');
	}
	*s = str_cut(*s, n, s->n);
	return v;
}

static bool pass(struct str *s, char c)
{
	if (!s->n || s->at[0] != c)
		return false;
	*s = str_cut(*s, 1, s->n);
	return true;
}

/* Days since 1970 of a day of the Gregorian calendar. */
static int64_t days(int64_t year, int64_t month, int64_t day)
{
	year -= month <= 2;
	int64_t era = year / 400, of_era = year - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t fraction_ns(struct str *s)
{
	int64_t ns = 0, scale = NS_PER_S;
	if (!pass(s, '.'))
		return 0;
	for (int64_t d; (d = digits(s, 1)) >= 0;) {
		scale /= 10;
		ns += d * scale;
	}
	return ns;
}

/* Seconds east of Greenwich at the end of a time. */
static bool zone(struct str s, int64_t *ret)
{
	*ret = 0;
	if (pass(&s, 'Z'))
		return s.n == 0;
	int64_t sign = pass(&s, '+') ? 1 : pass(&s, '-') ? -1 : 0;
	int64_t hours = digits(&s, 2);
	bool colon = pass(&s, ':');
	int64_t minutes = digits(&s, 2);
	*ret = sign * (hours * 3600 + minutes * 60);
	return sign && hours >= 0 && colon && minutes >= 0 && s.n == 0;
}

int64_t inspect_time(struct str s)
{
	int64_t year = digits(&s, 4);
	bool good = pass(&s, '-');
	int64_t month = digits(&s, 2);
	good &= pass(&s, '-');
	int64_t day = digits(&s, 2);
	good &= pass(&s, 'T');
	int64_t hour = digits(&s, 2);
	good &= pass(&s, ':');
	int64_t minute = digits(&s, 2);
	good &= pass(&s, ':');
	int64_t second = digits(&s, 2);
	int64_t ns = fraction_ns(&s), east;
	good &= zone(s, &east) && month >= 1 && month <= 12 && day >= 1 && hour >= 0 && minute >= 0;
	if (!good || year < 1970 || year > 2200 || second < 0)
		return 0;
	int64_t t = days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - east;
	return t > 0 ? t * NS_PER_S + ns : 0;
}

static void add_port(struct ports *p, int64_t port)
{
	for (int i = 0; i < p->n; i++)
		if (p->port[i] == port)
			return;
	if (p->n < INSPECT_PORTS && port > 0 && port <= UINT16_MAX)
		p->port[p->n++] = (uint16_t)port;
}

/* The number of "8080/tcp"; 0 for other protocols. */
static int64_t tcp_port(struct str key)
{
	int64_t port;
	size_t slash = str_find(key, '/');
	if (!str_int(str_cut(key, 0, slash), &port) || port < 0)
		return 0;
	return slash == key.n || str_is(str_cut(key, slash, key.n), "/tcp") ? port : 0;
}

/* {"80/tcp": null, "443/tcp": [{...}]}: keys are exposed, those with a list are published (where asked). */
static void read_ports(struct json *j, struct inspect *in, bool tells_published)
{
	struct str key;
	if (json_peek(j) == JSON_NULL) {
		json_skip(j);
		return;
	}
	if (!json_object(j))
		return;
	while (json_key(j, &key)) {
		int64_t port = tcp_port(key);
		if (port && tells_published && json_peek(j) == JSON_ARRAY)
			add_port(&in->published, port);
		if (port)
			add_port(&in->exposed, port);
		json_skip(j);
	}
}

static enum health health_of(struct str s)
{
	if (str_is(s, "healthy"))
		return HEALTH_HEALTHY;
	if (str_is(s, "unhealthy"))
		return HEALTH_UNHEALTHY;
	return str_is(s, "starting") ? HEALTH_STARTING : HEALTH_NONE;
}

static bool take_health(struct json *j, struct str key, void *to)
{
	struct inspect *in = to;
	if (!str_is(key, "Status"))
		return false;
	in->health = health_of(json_text(j));
	return true;
}

static bool take_state(struct json *j, struct str key, void *to)
{
	struct inspect *in = to;
	if (str_is(key, "Running"))
		in->running = json_bool(j);
	else if (str_is(key, "Pid"))
		in->pid = json_int(j);
	else if (str_is(key, "ExitCode"))
		in->exit = json_int(j);
	else if (str_is(key, "OOMKilled"))
		in->oom = json_bool(j);
	else if (str_is(key, "StartedAt"))
		in->begun_ns = inspect_time(json_text(j));
	else if (str_is(key, "FinishedAt"))
		in->ended_ns = inspect_time(json_text(j));
	else if (str_is(key, "Health"))
		json_members(j, in, take_health);
	else
		return false;
	return true;
}

/* "NanoCpus", or a quota in each period, as podman says it. */
static bool take_limit(struct json *j, struct str key, void *to)
{
	struct inspect *in = to;
	if (str_is(key, "Memory"))
		in->memory_limit = json_int(j);
	else if (str_is(key, "NanoCpus"))
		in->nano_cpus = json_int(j);
	else if (str_is(key, "CpuQuota"))
		in->quota = json_int(j);
	else if (str_is(key, "CpuPeriod"))
		in->period = json_int(j);
	else
		return false;
	return true;
}

static bool take_host(struct json *j, struct str key, void *to)
{
	struct inspect *in = to;
	if (!str_is(key, "NetworkMode"))
		return take_limit(j, key, in);
	struct str mode = json_text(j);
	if (str_is(mode, "host") || str_is(mode, "none"))
		in->network = INSPECT_NONE;
	else if (str_starts(mode, "container:") || str_starts(mode, "ns:"))
		in->network = INSPECT_SHARED;
	return true;
}

static bool take_check(struct json *j, struct str key, void *to)
{
	struct inspect *in = to;
	if (!str_is(key, "Test") || json_peek(j) != JSON_ARRAY)
		return false;
	(void)json_array(j);
	for (bool first = true; json_item(j); first = false) {
		struct str word = json_text(j);
		if (first)
			in->has_health = word.n && !str_is(word, "NONE");
	}
	return true;
}

static bool take_config(struct json *j, struct str key, void *to)
{
	struct inspect *in = to;
	if (str_is(key, "ExposedPorts"))
		read_ports(j, in, false);
	else if (str_is(key, "Healthcheck"))
		json_members(j, in, take_check);
	else
		return false;
	return true;
}

static bool take_network(struct json *j, struct str key, void *to)
{
	struct inspect *in = to;
	if (!str_is(key, "Ports"))
		return false;
	read_ports(j, in, true);
	return true;
}

static bool take_all(struct json *j, struct str key, void *to)
{
	struct inspect *in = to;
	if (str_is(key, "Id"))
		in->id = json_text(j);
	else if (str_is(key, "State"))
		json_members(j, in, take_state);
	else if (str_is(key, "HostConfig"))
		json_members(j, in, take_host);
	else if (str_is(key, "Config"))
		json_members(j, in, take_config);
	else if (str_is(key, "NetworkSettings"))
		json_members(j, in, take_network);
	else
		return false;
	return true;
}

bool inspect_read(struct str body, struct arena *scratch, struct inspect *ret)
{
	struct json j;
	*ret = (struct inspect){.exit = -1};
	json_init(&j, body, scratch);
	if (json_peek(&j) != JSON_OBJECT)
		return false;
	json_members(&j, ret, take_all);
	if (!ret->nano_cpus && ret->quota > 0 && ret->period > 0 && ret->quota <= INT64_MAX / NS_PER_S)
		ret->nano_cpus = ret->quota * NS_PER_S / ret->period;
	return json_end(&j) && ret->id.n && ret->id.n < INSPECT_ID && ret->pid >= 0 && ret->pid <= INT32_MAX;
}
