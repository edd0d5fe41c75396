/* Capture a client's stereo output to a raw file of interleaved floats, and count what went wrong.
 *
 *   capture OUT.raw SECONDS CLIENT [STOP_FILE]
 *
 * Writes from its own activation on, silence where nothing is connected. It connects itself to the
 * first two audio outputs of CLIENT as soon as they are there. A gap is a cycle that does not start
 * where the last one ended (jack_last_frame_time); the frames that were missed are counted, and
 * not written; gap_frames says where in the file. An overrun is a cycle that found no room because the disk was too slow.
 * Ends after SECONDS, or once STOP_FILE exists; then prints one line of JSON.
 */
#include <jack/jack.h>
#include <jack/ringbuffer.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST 256 /* times are kept of so many */

static jack_port_t *ports[2];
static jack_ringbuffer_t *ring;
static volatile sig_atomic_t ended;
static volatile long frames, gaps, missed, xruns, overruns, cycles;
static jack_nframes_t expected, first, gap_times[MOST], xrun_times[MOST],
    gap_frames[MOST];
static jack_client_t *client;
static float mixed[2 * 8192];

static int process(jack_nframes_t n, void *unused) {
    (void)unused;
    float *left = jack_port_get_buffer(ports[0], n), *right = jack_port_get_buffer(ports[1], n);
    jack_nframes_t now = jack_last_frame_time(client);
    if (cycles++ == 0)
        first = now;
    else if (now != expected) {
        if (gaps < MOST) {
            gap_times[gaps] = now;
            gap_frames[gaps] = (jack_nframes_t)frames;
        }
        gaps++;
        missed += (int)(now - expected);
    }
    expected = now + n;
    for (jack_nframes_t i = 0; i < n; i++) {
        mixed[2 * i] = left[i];
        mixed[2 * i + 1] = right[i];
    }
    size_t bytes = 2 * n * sizeof(float);
    if (jack_ringbuffer_write_space(ring) < bytes) {
        overruns++;
        return 0;
    }
    jack_ringbuffer_write(ring, (char *)mixed, bytes);
    frames += n;
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

/* Connect the inputs to the client's outputs; return whether both are connected. */
static int connect_to(const char *name) {
    char pattern[256];
    snprintf(pattern, sizeof pattern, "^%s:", name);
    const char **found = jack_get_ports(client, pattern, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput);
    int done = 0;
    if (found && found[0] && found[1]) {
        done = 1;
        for (int i = 0; i < 2; i++)
            if (!jack_port_connected_to(ports[i], found[i]))
                done &= jack_connect(client, found[i], jack_port_name(ports[i])) == 0;
    }
    jack_free(found);
    return done;
}

static void drain(FILE *out) {
    static char bytes[1 << 18];
    size_t n;
    while ((n = jack_ringbuffer_read(ring, bytes, sizeof bytes)) > 0)
        if (fwrite(bytes, 1, n, out) != n) {
            perror("capture");
            exit(1);
        }
}

static void print_times(const char *name, const jack_nframes_t *times, long n) {
    printf(", \"%s\": [", name);
    for (long i = 0; i < n && i < MOST; i++)
        printf("%s%u", i ? ", " : "", times[i]);
    printf("]");
}

int main(int count, char **args) {
    if (count < 4) {
        fprintf(stderr, "usage: capture OUT.raw SECONDS CLIENT [STOP_FILE]\n");
        return 2;
    }
    FILE *out = fopen(args[1], "wb");
    client = jack_client_open("capture", JackNoStartServer, NULL);
    if (!out || !client) {
        fprintf(stderr, "capture: no %s\n", out ? "JACK server" : "place to write");
        return 1;
    }
    if (jack_get_buffer_size(client) > 8192) {
        fprintf(stderr, "capture: blocks above 8192 frames are not supported\n");
        return 1;
    }
    ring = jack_ringbuffer_create(8u << 20);
    jack_ringbuffer_mlock(ring);
    ports[0] = jack_port_register(client, "left", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
    ports[1] = jack_port_register(client, "right", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
    jack_set_process_callback(client, process, NULL);
    jack_set_xrun_callback(client, on_xrun, NULL);
    jack_on_shutdown(client, on_end, NULL);
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    jack_activate(client);
    int connected = 0;
    struct timespec began, now;
    clock_gettime(CLOCK_MONOTONIC, &began);
    double limit = atof(args[2]), passed = 0;
    while (!ended && passed < limit) {
        if (!connected)
            connected = connect_to(args[3]);
        drain(out);
        usleep(2000);
        if (count > 4 && access(args[4], F_OK) == 0)
            break;
        clock_gettime(CLOCK_MONOTONIC, &now);
        passed = (now.tv_sec - began.tv_sec) + (now.tv_nsec - began.tv_nsec) / 1e9;
    }
    jack_deactivate(client);
    drain(out);
    fclose(out);
    printf("{\"frames\": %ld, \"cycles\": %ld, \"gaps\": %ld, \"missed_frames\": %ld, "
           "\"xruns\": %ld, \"overruns\": %ld, \"connected\": %s, \"server_ended\": %s, \"first\": %u",
           frames, cycles, gaps, missed, xruns, overruns, connected ? "true" : "false",
           ended ? "true" : "false", first);
    print_times("gap_times", gap_times, gaps);
    print_times("gap_frames", gap_frames, gaps);
    print_times("xrun_times", xrun_times, xruns);
    printf("}\n");
    fflush(stdout);
    jack_client_close(client);
    return 0;
}
