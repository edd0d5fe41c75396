// Play a set over OSC from Node.js, with the npm package "osc" (npm install osc).
//
//   loopmind perform --osc-port 9000        in one terminal, with a set that plays
//   node examples/osc_by_hand.mjs 9000      in another
import osc from "osc";

const port = Number(process.argv[2] ?? 9000);
const text = (value) => ({ type: "s", value });
const hand = new osc.UDPPort({
    localAddress: "127.0.0.1", localPort: 0,
    remoteAddress: "127.0.0.1", remotePort: port, metadata: true,
});
const set = [
    ["/loopmind/ping", { type: "i", value: 7 }],
    ["/loopmind/transport/play"],
    ["/loopmind/section/goto", text("hook")],
    ["/loopmind/track/mute", text("bass"), { type: "i", value: 1 }],
    ["/loopmind/track/level", text("drums"), { type: "f", value: -3.5 }],
    ["/loopmind/undo"],
    ["/loopmind/prompt", text("unmute everything")],
    ["/loopmind/transport/stop"],
];

hand.on("message", (message) => {
    console.log("<", message.address, ...message.args.map((one) => one.value));
    next();
});
hand.on("ready", next);
hand.on("error", (error) => {
    console.error(`OSC: ${error.message}`);
    process.exit(1);
});
hand.open();

function next() {
    const [address, ...args] = set.shift() ?? [];
    if (address === undefined) {
        hand.close();
        return;
    }
    console.log(">", address, ...args.map((one) => one.value));
    hand.send({ address, args });
}
