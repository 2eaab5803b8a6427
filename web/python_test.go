package web_test

import (
	"os/exec"
	"strings"
	"testing"
)

// pythonClient speaks to the server at its first argument, with the asyncio client of websockets,
// which has another name before version 13.
const pythonClient = `
import asyncio, sys
try:
    from websockets.asyncio.client import connect
except ImportError:
    from websockets import connect
from websockets.exceptions import ConnectionClosed

async def main():
    async with connect(sys.argv[1], subprotocols=["echo"], max_size=None) as ws:
        assert ws.subprotocol == "echo", ws.subprotocol
        for n in (0, 1, 125, 126, 65535, 65536, 1000000):
            for m in ("é" * n, b"\xff" * n):
                await ws.send(m)
                assert await ws.recv() == m, n
        await ws.send(["frag", "men", "", "ts é"])
        assert await ws.recv() == "fragments é"
        await (await ws.ping("are you there"))
        await ws.close(4000, "bye")
        assert (ws.close_code, ws.close_reason) == (4000, ""), (ws.close_code, ws.close_reason)
    ws = await connect(sys.argv[1], max_size=None)
    try:
        await ws.send(b"x" * (5 << 20))
        await ws.recv()
        raise AssertionError("a message above the limit was echoed")
    except ConnectionClosed as e:
        assert e.rcvd is not None and e.rcvd.code == 1009, e
    print("all is well")

asyncio.run(main())
`

func TestClientsOfPythonAreServed(t *testing.T) {
	python := ""
	for _, name := range []string{"python3", "/usr/bin/python3"} { // a package of the system is for the python of the system
		if exec.Command(name, "-c", "import websockets").Run() == nil {
			python = name
			break
		}
	}
	if python == "" {
		t.Skip("install python3 and its package websockets, 10.4 or newer, to run this test")
	}
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			address, ends := s.start(t, newRuntime(t))
			out, err := exec.CommandContext(t.Context(), python, "-c", pythonClient, "ws://"+address).CombinedOutput()
			if err != nil || !strings.Contains(string(out), "all is well") {
				t.Fatalf("%v:\n%s", err, out)
			}
			for _, want := range []string{"code 4000", "code 1009"} {
				if err := <-ends; err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("a connection has ended with %v, want %s", err, want)
				}
			}
		})
	}
}
