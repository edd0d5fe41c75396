/* Do nothing in JACK, and count the xruns and gaps that even this meets: what the machine costs.
 *
 *   idle SECONDS [STOP_FILE [NAME WORK_US]]
 *
 * With WORK_US it is busy for so long in each cycle, under the name NAME: what the machine costs a
 * client that computes. Its two outputs are silent. Ends after SECONDS, or once STOP_FILE exists; then prints one line of JSON.
 */
#include <jack/jack.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST 65536 /* times are kept of so many */

static volatile sig_atomic_t ended;
static volatile long gaps, missed, xruns, cycles;
static jack_nframes_t expected, first, gap_times[MOST], xrun_times[MOST];
static jack_client_t *client;
static jack_port_t *ports[2];
static jack_time_t work_us;

static int process(jack_nframes_t n, void *unused) {
    (void)unused;
    for (jack_time_t began = jack_get_time(); work_us && jack_get_time() - began < work_us;)
        ;
    for (int i = 0; i < 2; i++)
        memset(jack_port_get_buffer(ports[i], n), 0, n * sizeof(float));
    jack_nframes_t now = jack_last_frame_time(client);
    if (cycles++ == 0)
        first = now;
    else if (now != expected) {
        if (gaps < MOST)
            gap_times[gaps] = now;
        gaps++;
        missed += (int)(now - expected);
    }
    expected = now + n;
    return 0;
}

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

static void print_times(const char *name, const jack_nframes_t *times, long n) {
    printf(", \"%s\": [", name);
    for (long i = 0; i < n && i < MOST; i++)
        printf("%s%u", i ? ", " : "", times[i]);
    printf("]");
}

int main(int count, char **args) {
    if (count < 2) {
        fprintf(stderr, "usage: idle SECONDS [STOP_FILE [NAME WORK_US]]\n");
        return 2;
    }
    work_us = count > 4 ? atol(args[4]) : 0;
    client = jack_client_open(count > 4 ? args[3] : "idle", JackNoStartServer, NULL);
    if (!client) {
        fprintf(stderr, "idle: no JACK server\n");
        return 1;
    }
    ports[0] = jack_port_register(client, "left", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    ports[1] = jack_port_register(client, "right", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    jack_set_process_callback(client, process, NULL);
    jack_set_xrun_callback(client, on_xrun, NULL);
    jack_on_shutdown(client, on_end, NULL);
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    jack_activate(client);
    struct timespec began, now;
    clock_gettime(CLOCK_MONOTONIC, &began);
    double limit = atof(args[1]), passed = 0;
    while (!ended && passed < limit) {
        usleep(10000);
        if (count > 2 && access(args[2], F_OK) == 0)
            break;
        clock_gettime(CLOCK_MONOTONIC, &now);
        passed = (now.tv_sec - began.tv_sec) + (now.tv_nsec - began.tv_nsec) / 1e9;
    }
    jack_deactivate(client);
    printf("{\"cycles\": %ld, \"gaps\": %ld, \"missed_frames\": %ld, \"xruns\": %ld, "
           "\"server_ended\": %s, \"first\": %u",
           cycles, gaps, missed, xruns, ended ? "true" : "false", first);
    print_times("gap_times", gap_times, gaps);
    print_times("xrun_times", xrun_times, xruns);
    printf("}\n");
    fflush(stdout);
    jack_client_close(client);
    return 0;
}
