/* Capture what comes in at a MIDI port, each message with JACK's frame and time of it.
 *
 *   midi_capture SECONDS [SOURCE]
 *
 * First it prints "FRAME TIME": a frame of JACK's and its time in microseconds, by CLOCK_MONOTONIC,
 * which JACK's own clock may differ from. Then a line for each
 * message: the same of it, and its bytes in hex. It has one input, "in", connected to SOURCE.
 * Ends after SECONDS, or with SIGTERM; the last line is "end XRUNS LOST".
 */
#include <jack/midiport.h>
#include <jack/ringbuffer.h>
#include <string.h>
#include <time.h>

#include "client.h"

#define MOST_BYTES 64 /* of each message, the first so many are kept */

struct heard {
    jack_nframes_t frame;
    jack_time_t time_us;
    unsigned int size;
    unsigned char bytes[MOST_BYTES];
};

static jack_port_t *port;
static jack_ringbuffer_t *ring;
static volatile long lost;

static int process(jack_nframes_t n, void *unused) {
    (void)unused;
    void *buffer = jack_port_get_buffer(port, n);
    jack_nframes_t now = jack_last_frame_time(client), count = jack_midi_get_event_count(buffer);
    for (jack_nframes_t i = 0; i < count; i++) {
        jack_midi_event_t event;
        if (jack_midi_event_get(&event, buffer, i))
            continue;
        struct heard one = {now + event.time, 0, event.size, {0}};
        one.time_us = jack_frames_to_time(client, one.frame);
        memcpy(one.bytes, event.buffer, event.size < MOST_BYTES ? event.size : MOST_BYTES);
        if (jack_ringbuffer_write_space(ring) < sizeof one)
            lost++;
        else
            jack_ringbuffer_write(ring, (char *)&one, sizeof one);
    }
    return 0;
}

/* Return what JACK's clock lacks to CLOCK_MONOTONIC, in microseconds. */
static long long offset_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000 - (long long)jack_get_time();
}

static void drain(void) {
    struct heard one;
    while (jack_ringbuffer_read(ring, (char *)&one, sizeof one) == sizeof one) {
        printf("%u %lld ", one.frame, (long long)one.time_us + offset_us());
        for (unsigned int i = 0; i < one.size && i < MOST_BYTES; i++)
            printf("%02x", one.bytes[i]);
        printf("\n");
    }
    fflush(stdout);
}

int main(int count, char **args) {
    if (count < 2) {
        fprintf(stderr, "usage: midi_capture SECONDS [SOURCE]\n");
        return 2;
    }
    open_client("midicapture");
    ring = jack_ringbuffer_create(8u << 20);
    jack_ringbuffer_mlock(ring);
    port = jack_port_register(client, "in", JACK_DEFAULT_MIDI_TYPE, JackPortIsInput, 0);
    start(process);
    jack_nframes_t frame = jack_frame_time(client);
    printf("%u %lld\n", frame, (long long)jack_frames_to_time(client, frame) + offset_us());
    fflush(stdout);
    if (count > 2 && jack_connect(client, args[2], jack_port_name(port)))
        fprintf(stderr, "midi_capture: %s cannot be connected\n", args[2]);
    jack_time_t until = after(args[1]);
    while (!ended && jack_get_time() < until) {
        drain();
        usleep(5000);
    }
    jack_deactivate(client);
    drain();
    printf("end %ld %ld\n", xruns, lost);
    jack_client_close(client);
    return 0;
}
