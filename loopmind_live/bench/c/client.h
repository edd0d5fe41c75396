/* What the clients of the benches share: how they begin and end, and the xruns that they meet.
 *
 * Each client is one file, which includes this once.
 */
#include <jack/jack.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MOST 65536 /* times are kept of so many */

static jack_client_t *client;
static volatile sig_atomic_t ended;
static volatile long xruns;
static jack_nframes_t xrun_times[MOST];

static int on_xrun(void *unused) {
    (void)unused;
    if (xruns < MOST)
        xrun_times[xruns] = jack_frame_time(client);
    xruns++;
    return 0;
}

static void on_end(void *unused) {
    (void)unused;
    ended = 1;
}

static void on_signal(int unused) {
    (void)unused;
    ended = 1;
}

/* Become a client of the server that is there; end where there is none. */
static void open_client(const char *name) {
    client = jack_client_open(name, JackNoStartServer, NULL);
    if (!client) {
        fprintf(stderr, "%s: no JACK server\n", name);
        exit(1);
    }
}

/* Have `process` called from now on; `ended` is set when the server goes or a signal comes. */
static void start(JackProcessCallback process) {
    jack_set_process_callback(client, process, NULL);
    jack_set_xrun_callback(client, on_xrun, NULL);
    jack_on_shutdown(client, on_end, NULL);
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    jack_activate(client);
}

/* Return JACK's time `seconds` from now. */
static jack_time_t after(const char *seconds) {
    return jack_get_time() + (jack_time_t)(atof(seconds) * 1e6);
}
