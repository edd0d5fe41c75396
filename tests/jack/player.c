/* Play a raw file of interleaved stereo floats as a JACK client: a stand-in for a performance.
 *
 *   player IN.raw CLIENT [SKIP_FRAME]
 *
 * Waits until its outputs are connected, plays, and ends. Leaves out one cycle at SKIP_FRAME, as a
 * client does that loses a block.
 */
#include <jack/jack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static jack_port_t *ports[2];
static float *audio;
static volatile long place, total, skip = -1;

static int process(jack_nframes_t n, void *unused) {
    (void)unused;
    float *out[2] = {jack_port_get_buffer(ports[0], n), jack_port_get_buffer(ports[1], n)};
    memset(out[0], 0, n * sizeof(float));
    memset(out[1], 0, n * sizeof(float));
    if (!jack_port_connected(ports[0]) || !jack_port_connected(ports[1]))
        return 0;
    if (skip >= 0 && place >= skip) {
        skip = -1;
        return 0;
    }
    for (jack_nframes_t i = 0; i < n && place < total; i++, place++) {
        out[0][i] = audio[2 * place];
        out[1][i] = audio[2 * place + 1];
    }
    return 0;
}

int main(int count, char **args) {
    FILE *in = count > 2 ? fopen(args[1], "rb") : NULL;
    if (!in) {
        fprintf(stderr, "usage: player IN.raw CLIENT [SKIP_FRAME]\n");
        return 2;
    }
    fseek(in, 0, SEEK_END);
    total = ftell(in) / (2 * sizeof(float));
    rewind(in);
    audio = malloc(2 * total * sizeof(float));
    if (!audio || fread(audio, 2 * sizeof(float), total, in) != (size_t)total)
        return 1;
    if (count > 3)
        skip = atol(args[3]);
    jack_client_t *client = jack_client_open(args[2], JackNoStartServer, NULL);
    if (!client)
        return 1;
    ports[0] = jack_port_register(client, "out_1", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    ports[1] = jack_port_register(client, "out_2", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    jack_set_process_callback(client, process, NULL);
    jack_activate(client);
    while (place < total)
        usleep(10000);
    usleep(100000);
    jack_client_close(client);
    return 0;
}
