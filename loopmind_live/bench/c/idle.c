/* Do nothing in JACK, and count the xruns and gaps that even this meets: what the machine costs.
 *
 *   idle SECONDS [STOP_FILE [NAME WORK_US]]
 *
 * With WORK_US it is busy for so long in each cycle, under the name NAME: what the machine costs a
 * client that computes. Its two outputs are silent. Ends after SECONDS, or once STOP_FILE exists;
 * then prints one line of JSON.
 */
#include <string.h>

#include "client.h"
#include "cycles.h"

static jack_port_t *ports[2];
static jack_time_t work_us;

static int process(jack_nframes_t n, void *unused) {
    (void)unused;
    for (jack_time_t began = jack_get_time(); work_us && jack_get_time() - began < work_us;)
        ;
    for (int i = 0; i < 2; i++)
        memset(jack_port_get_buffer(ports[i], n), 0, n * sizeof(float));
    jack_nframes_t now = jack_last_frame_time(client);
    int lost = begin_cycle(now, n);
    if (lost)
        count_gap(now, lost);
    return 0;
}

int main(int count, char **args) {
    if (count < 2) {
        fprintf(stderr, "usage: idle SECONDS [STOP_FILE [NAME WORK_US]]\n");
        return 2;
    }
    work_us = count > 4 ? atol(args[4]) : 0;
    open_client(count > 4 ? args[3] : "idle");
    ports[0] = jack_port_register(client, "left", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    ports[1] = jack_port_register(client, "right", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    start(process);
    jack_time_t until = after(args[1]);
    while (!ended && jack_get_time() < until) {
        usleep(10000);
        if (count > 2 && access(args[2], F_OK) == 0)
            break;
    }
    jack_deactivate(client);
    printf("{");
    print_cycles();
    printf("}\n");
    fflush(stdout);
    jack_client_close(client);
    return 0;
}
