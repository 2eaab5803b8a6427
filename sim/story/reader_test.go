package story_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
)

// A trace is read by a real reader of the Trace Event Format, speedscope, in a real browser:
//
//	npm pack speedscope@1.25.0 && tar xzf speedscope-1.25.0.tgz
//	EDO_CHROMIUM=$(which chromium) EDO_SPEEDSCOPE=$PWD/package/dist/release go test ./sim/story -run ARealReader
//
// Without these variables the test is left out: TestTheTraceKeepsTheRulesOfItsFormat checks the rules of
// the format in milliseconds.
const (
	chromiumVariable   = "EDO_CHROMIUM"
	speedscopeVariable = "EDO_SPEEDSCOPE"
)

// browser is a Chromium that takes commands of its DevTools protocol by a pipe: JSON, with a zero
// byte at the end of each message.
type browser struct {
	t    *testing.T
	in   io.Writer
	out  *json.Decoder
	last int
}

func startBrowser(t *testing.T, path string) *browser {
	t.Helper()
	theirIn, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, theirOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--remote-debugging-pipe", "--user-data-dir="+t.TempDir(), "about:blank")
	cmd.ExtraFiles = []*os.File{theirIn, theirOut} // descriptors 3 and 4
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cmd.Process.Kill()
		cmd.Wait()
		out.Close()
	})
	theirIn.Close()
	theirOut.Close()
	return &browser{t: t, in: in, out: json.NewDecoder(withoutZeros{out})}
}

// withoutZeros reads the zero bytes between messages as spaces.
type withoutZeros struct{ r io.Reader }

func (w withoutZeros) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	copy(p[:n], bytes.ReplaceAll(p[:n], []byte{0}, []byte{' '}))
	return n, err
}

// must is call for a command that does not fail.
func (b *browser) must(session, method string, params map[string]any, result any) {
	b.t.Helper()
	if err := b.call(session, method, params, result); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
}

// call sends a command, to the browser or to a session with a page, and stores its result.
func (b *browser) call(session, method string, params map[string]any, result any) error {
	b.last++
	m := map[string]any{"id": b.last, "method": method, "params": params}
	if session != "" {
		m["sessionId"] = session
	}
	text, err := json.Marshal(m)
	if err == nil {
		_, err = b.in.Write(append(text, 0))
	}
	for err == nil {
		var answer struct {
			ID     int
			Result json.RawMessage
			Error  json.RawMessage
		}
		if err = b.out.Decode(&answer); err != nil || answer.ID != b.last {
			continue
		}
		if answer.Error != nil {
			return fmt.Errorf("%s", answer.Error)
		}
		return json.Unmarshal(answer.Result, result)
	}
	return err
}

// loadTrace gives the page a trace as a file, waits until it is shown, and returns what the page says.
const loadTrace = `(async () => {
	const sleep = ms => new Promise(r => setTimeout(r, ms));
	const said = [];
	for (const how of ["warn", "error"]) console[how] = (...a) => said.push(how + ": " + a.join(" "));
	window.addEventListener("unhandledrejection", e => said.push("error: " + e.reason));
	window.alert = text => said.push("error: " + text);
	speedscope.loadFileFromBase64("story.trace.json", %q);
	const shown = () => /\((\d+)\/(\d+)\)/.exec(document.body.innerText); // this track of so many
	for (let i = 0; i < 300 && !shown() && !said.length; i++) await sleep(100);
	return JSON.stringify({said: said, tracks: +(shown() || [])[2]});
})()`

func TestARealReaderReadsTheTrace(t *testing.T) {
	chromium, speedscope := os.Getenv(chromiumVariable), os.Getenv(speedscopeVariable)
	if chromium == "" || speedscope == "" {
		t.Skip(chromiumVariable + " and " + speedscopeVariable + " name no browser and no reader")
	}
	var trace bytes.Buffer
	log := record(t, 2, crowd)
	if err := log.WriteTrace(&trace); err != nil {
		t.Fatal(err)
	}
	b := startBrowser(t, chromium)
	var target struct{ TargetID string }
	b.must("", "Target.createTarget", map[string]any{"url": "file://" + speedscope + "/index.html#localProfilePath=none"}, &target)
	var session struct{ SessionID string }
	b.must("", "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session)
	var ready struct{ Result struct{ Value bool } }
	for !ready.Result.Value { // until the page is there; while it comes the command fails
		b.call(session.SessionID, "Runtime.evaluate", map[string]any{"expression": "!!window.speedscope"}, &ready)
	}
	var answer struct{ Result struct{ Value string } }
	b.must(session.SessionID, "Runtime.evaluate", map[string]any{
		"expression":   fmt.Sprintf(loadTrace, base64.StdEncoding.EncodeToString(trace.Bytes())),
		"awaitPromise": true, "returnByValue": true,
	}, &answer)
	var read struct {
		Said   []string
		Tracks int
	}
	if err := json.Unmarshal([]byte(answer.Result.Value), &read); err != nil {
		t.Fatal(err)
	}
	tasks := map[int]bool{}
	for _, e := range log.Events() {
		tasks[e.Task] = true
	}
	if len(read.Said) != 0 || read.Tracks != len(tasks) {
		t.Errorf("%d tracks for %d tasks, and it says %q", read.Tracks, len(tasks), read.Said)
	}
}
