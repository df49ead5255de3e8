#include "bench/stop.h"

#include <signal.h>
#include <stddef.h>

#include "net/wait.h"

static void on_signal(int sig)
{
	(void)sig;
	net_stop();
}

void stop_catch(void)
{
	struct sigaction sa = {.sa_handler = on_signal};
	(void)sigaction(SIGINT, &sa, NULL);
	(void)sigaction(SIGTERM, &sa, NULL);
	(void)sigaction(SIGHUP, &sa, NULL);
}

bool stop_asked(void)
{
	return net_is_stopped();
}
