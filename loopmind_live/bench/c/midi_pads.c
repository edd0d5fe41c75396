/* Stand in for a Launchpad X: press pads, and tell after how long each was lit.
 *
 *   midi_pads PRESSES PADS SECONDS [SEED]
 *
 * Its ports are "Launchpad X:LPX MIDI Out" (what hands do) and "Launchpad X:LPX MIDI In" (lights).
 * It begins two seconds after the last of the lights of its set-up came. Then it presses one of the
 * first PADS pads of the top row, one that does not flash, at any frame of a block, and waits for
 * the message that lets this pad flash (channel 2). It prints "us MICROSECONDS XRUNS" a press, by the
 * clock and not by JACK's frames, whose count leaps where blocks are lost; or "lost XRUNS". XRUNS are
 * those from the press on. Then "end XRUNS", those of the whole run. It gives up after SECONDS.
 */
#include <jack/midiport.h>

#include "client.h"

#define MOST_PRESSES 100000
#define FIRST_NOTE 81
#define LEAST_LIGHTS 60
#define FLASHING 0x91
#define QUIET_S 2
#define WAIT_S 1.0 /* a light that comes later is lost */

static jack_port_t *hands, *lights;
static volatile long pressed;
static long presses, pads, lit;
static long long took_us[MOST_PRESSES];
static long near_xruns[MOST_PRESSES], xruns_before;
static jack_nframes_t last_light, next_at, rate;
static double pressed_us;
static int waiting, pad;
static unsigned char shown[128]; /* by note: the status of the light that it has */
static unsigned int random_state;

static unsigned int draw(unsigned int below) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % below;
}

/* Let the next press be 150 to 350 ms from `frame`. */
static void plan(jack_nframes_t frame) {
    next_at = frame + rate * 15 / 100 + draw(rate / 5);
    waiting = 0;
}

/* Return the clock's time of a frame of this cycle: of when it began, and on from there. */
static double time_us(jack_nframes_t offset) {
    double since = (double)jack_frames_since_cycle_start(client);
    return (double)jack_get_time() + ((double)offset - since) * 1e6 / (double)rate;
}

static void done(double us) {
    near_xruns[pressed] = xruns - xruns_before;
    took_us[pressed++] = (long long)us;
}

static void heard(const jack_midi_event_t *event, jack_nframes_t frame) {
    if (event->size != 3)
        return;
    lit++;
    shown[event->buffer[1] & 0x7f] = event->buffer[0];
    last_light = frame;
    if (waiting && event->buffer[0] == FLASHING && event->buffer[1] == pad) {
        done(time_us(event->time) - pressed_us);
        plan(frame);
    }
}

static void play(void *buffer, jack_nframes_t now, jack_nframes_t n) {
    if (waiting && time_us(0) - pressed_us > WAIT_S * 1e6) {
        done(-1.0);
        plan(now);
    }
    if (pressed >= presses || waiting || (int)(next_at - now) >= (int)n)
        return;
    jack_nframes_t at = (int)(next_at - now) > 0 ? next_at - now : 0;
    pad = FIRST_NOTE + (int)draw((unsigned int)pads);
    for (int tries = 0; shown[pad] == FLASHING; tries++) {
        if (tries == 20)
            return; /* all of them flash: wait for the next line */
        pad = FIRST_NOTE + (int)draw((unsigned int)pads);
    }
    unsigned char press[3] = {0x90, (unsigned char)pad, 100}, release[3] = {0x90, press[1], 0};
    jack_midi_event_write(buffer, at, press, 3);
    jack_midi_event_write(buffer, n - 1, release, 3);
    pressed_us = time_us(at);
    xruns_before = xruns;
    waiting = 1;
}

static int process(jack_nframes_t n, void *unused) {
    (void)unused;
    void *in = jack_port_get_buffer(lights, n), *out = jack_port_get_buffer(hands, n);
    jack_nframes_t now = jack_last_frame_time(client), count = jack_midi_get_event_count(in);
    jack_midi_clear_buffer(out);
    for (jack_nframes_t i = 0; i < count; i++) {
        jack_midi_event_t event;
        if (!jack_midi_event_get(&event, in, i))
            heard(&event, now + event.time);
    }
    if (next_at == 0 && lit >= LEAST_LIGHTS && now - last_light > QUIET_S * rate)
        plan(now);
    if (next_at != 0)
        play(out, now, n);
    return 0;
}

int main(int count, char **args) {
    if (count < 4) {
        fprintf(stderr, "usage: midi_pads PRESSES PADS SECONDS [SEED]\n");
        return 2;
    }
    presses = atol(args[1]) < MOST_PRESSES ? atol(args[1]) : MOST_PRESSES;
    pads = atol(args[2]) > 2 ? atol(args[2]) : 2;
    random_state = count > 4 ? (unsigned int)atol(args[4]) * 2654435761u + 1u : 1u;
    open_client("Launchpad X");
    rate = jack_get_sample_rate(client);
    hands = jack_port_register(client, "LPX MIDI Out", JACK_DEFAULT_MIDI_TYPE, JackPortIsOutput, 0);
    lights = jack_port_register(client, "LPX MIDI In", JACK_DEFAULT_MIDI_TYPE, JackPortIsInput, 0);
    start(process);
    jack_time_t until = after(args[3]);
    while (!ended && pressed < presses && jack_get_time() < until)
        usleep(20000);
    jack_deactivate(client);
    for (long i = 0; i < pressed; i++)
        if (took_us[i] < 0)
            printf("lost %ld\n", near_xruns[i]);
        else
            printf("us %lld %ld\n", took_us[i], near_xruns[i]);
    printf("end %ld\n", xruns);
    jack_client_close(client);
    return 0;
}
