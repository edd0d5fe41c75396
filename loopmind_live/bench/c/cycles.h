/* Count JACK's cycles and the gaps between them, for a client that includes client.h before.
 *
 * A gap is a cycle that does not start where the last one ended (jack_last_frame_time).
 */
static volatile long gaps, missed, cycles;
static jack_nframes_t expected, first, gap_times[MOST];

/* Count the cycle of `n` frames at `now`; return how many frames were missed before it. */
static int begin_cycle(jack_nframes_t now, jack_nframes_t n) {
    int lost = cycles == 0 ? 0 : (int)(now - expected);
    if (cycles++ == 0)
        first = now;
    expected = now + n;
    return lost;
}

/* Count a gap of `lost` frames before `now`; all that is written before is known when it is. */
static void count_gap(jack_nframes_t now, int lost) {
    if (gaps < MOST)
        gap_times[gaps] = now;
    __sync_synchronize();
    gaps++;
    missed += lost;
}

static void print_times(const char *name, const jack_nframes_t *times, long n) {
    printf(", \"%s\": [", name);
    for (long i = 0; i < n && i < MOST; i++)
        printf("%s%u", i ? ", " : "", times[i]);
    printf("]");
}

/* Print what was counted as the members of a JSON object, without its braces. */
static void print_cycles(void) {
    printf("\"cycles\": %ld, \"gaps\": %ld, \"missed_frames\": %ld, \"xruns\": %ld, "
           "\"server_ended\": %s, \"first\": %u",
           cycles, gaps, missed, xruns, ended ? "true" : "false", first);
    print_times("gap_times", gap_times, gaps);
    print_times("xrun_times", xrun_times, xruns);
}
