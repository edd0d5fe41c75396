/* Capture a client's stereo output as interleaved floats, in pieces, and count what went wrong.
 *
 *   capture FOLDER PIECE_FRAMES SECONDS CLIENT [STOP_FILE]
 *
 * Writes FOLDER/000000.raw, FOLDER/000001.raw and so on, each of PIECE_FRAMES frames, from its own
 * activation on, silence where nothing is connected. It connects itself to the first two audio
 * outputs of CLIENT as soon as they are there. A gap is a cycle that does not start where the last
 * one ended (jack_last_frame_time); the frames that were missed are counted, and not written. Each
 * gap is a line of FOLDER/gaps, there before what came after it: JACK's time, the frame in the
 * pieces, and the frames missed. An overrun is a cycle that found no room because the disk was too
 * slow. Ends after SECONDS, or once STOP_FILE exists; then prints one line of JSON.
 */
#include <fcntl.h>
#include <jack/ringbuffer.h>

#include "client.h"
#include "cycles.h"

#define WRITE_BYTES 65536 /* more at once would hold up a kernel that does not preempt itself */

static jack_port_t *ports[2];
static jack_ringbuffer_t *ring;
static volatile long frames, overruns;
static long gap_frames[MOST], gap_missed[MOST];
static float mixed[2 * 8192];

static int process(jack_nframes_t n, void *unused) {
    (void)unused;
    float *left = jack_port_get_buffer(ports[0], n), *right = jack_port_get_buffer(ports[1], n);
    jack_nframes_t now = jack_last_frame_time(client);
    int lost = begin_cycle(now, n);
    if (lost) {
        if (gaps < MOST) {
            gap_frames[gaps] = frames;
            gap_missed[gaps] = lost;
        }
        count_gap(now, lost);
    }
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

static void fail(const char *what) {
    perror(what);
    exit(1);
}

/* Open the piece of number `number`, or the list of gaps where it is negative. */
static int open_piece(const char *folder, long number) {
    char path[4096];
    if (number < 0)
        snprintf(path, sizeof path, "%s/gaps", folder);
    else
        snprintf(path, sizeof path, "%s/%06ld.raw", folder, number);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0)
        fail(path);
    return file;
}

static void write_all(int file, const char *bytes, size_t n) {
    while (n > 0) {
        ssize_t done = write(file, bytes, n);
        if (done < 0)
            fail("capture");
        bytes += done;
        n -= done;
    }
}

/* Write down the gaps of which nobody has been told. */
static void tell_gaps(int file) {
    static long told;
    for (; told < gaps && told < MOST; told++) {
        char line[96];
        int n = snprintf(line, sizeof line, "%u %ld %ld\n", gap_times[told], gap_frames[told],
                         gap_missed[told]);
        write_all(file, line, n);
    }
}

/* Write what has come; gaps first, so that who reads on past a gap knows of it. */
static void drain(const char *folder, int gap_file, size_t piece_bytes) {
    static char bytes[WRITE_BYTES];
    static int file = -1;
    static long number;
    static size_t left;
    size_t come = jack_ringbuffer_read_space(ring);
    __sync_synchronize();
    tell_gaps(gap_file);
    while (come > 0) {
        if (left == 0) {
            if (file >= 0)
                close(file);
            file = open_piece(folder, number++);
            left = piece_bytes;
        }
        size_t n = come < sizeof bytes ? come : sizeof bytes;
        n = n < left ? n : left;
        n = jack_ringbuffer_read(ring, bytes, n);
        write_all(file, bytes, n);
        come -= n;
        left -= n;
    }
}

int main(int count, char **args) {
    if (count < 5 || atol(args[2]) < 1) {
        fprintf(stderr, "usage: capture FOLDER PIECE_FRAMES SECONDS CLIENT [STOP_FILE]\n");
        return 2;
    }
    const char *folder = args[1];
    size_t piece_bytes = atol(args[2]) * 2 * sizeof(float);
    int gap_file = open_piece(folder, -1);
    open_client("capture");
    if (jack_get_buffer_size(client) > 8192) {
        fprintf(stderr, "capture: blocks above 8192 frames are not supported\n");
        return 1;
    }
    ring = jack_ringbuffer_create(8u << 20);
    jack_ringbuffer_mlock(ring);
    ports[0] = jack_port_register(client, "left", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
    ports[1] = jack_port_register(client, "right", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
    start(process);
    int connected = 0;
    jack_time_t until = after(args[3]);
    while (!ended && jack_get_time() < until) {
        if (!connected)
            connected = connect_to(args[4]);
        drain(folder, gap_file, piece_bytes);
        usleep(2000);
        if (count > 5 && access(args[5], F_OK) == 0)
            break;
    }
    jack_deactivate(client);
    drain(folder, gap_file, piece_bytes);
    close(gap_file);
    printf("{\"frames\": %ld, \"overruns\": %ld, \"connected\": %s, ", frames, overruns,
           connected ? "true" : "false");
    print_cycles();
    printf("}\n");
    fflush(stdout);
    jack_client_close(client);
    return 0;
}
