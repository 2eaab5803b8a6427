package web_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/web"
)

// page speaks to the server that it is from, and posts what it has seen.
const page = `<!doctype html><script>
const report = [];
const done = () => fetch("/result", {method: "POST", body: report.join("\n")});
const messages = ["", "h\u00e9llo \u{1f600}", "x".repeat(1000000), new Uint8Array(70000).fill(255)];
const same = (a, b) => typeof a === "string" ? a === b :
	b.byteLength === a.length && new Uint8Array(b).every((v, i) => v === a[i]);
const ws = new WebSocket("ws://" + location.host + "/ws", ["none", "echo"]);
ws.binaryType = "arraybuffer";
let at = 0;
ws.onopen = () => { report.push("open " + ws.protocol + (ws.extensions && " compressed")); ws.send(messages[0]); };
ws.onmessage = e => {
	report.push(same(messages[at], e.data) ? "same" : "different");
	if (++at < messages.length) ws.send(messages[at]);
	else ws.close(4000, "bye");
};
ws.onclose = e => {
	report.push("closed " + e.code + " " + e.wasClean);
	const other = new WebSocket("ws://localhost:" + location.port + "/ws");
	other.onclose = e => { report.push("other origin " + e.code); done(); };
};
</script>`

func TestAPageInABrowserIsServed(t *testing.T) {
	t.Run("plain", func(t *testing.T) { visit(t, false) })
	t.Run("compressed", func(t *testing.T) { visit(t, true) })
}

// browse opens a page in a browser until the test ends, and waits for the end of all its processes. The channel gets
// the error of a browser that ends before.
func browse(t *testing.T, url string) (exited <-chan error) {
	t.Helper()
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("install chromium to run this test")
	}
	profile, err := os.MkdirTemp("", "") // its name is short: a socket is in it
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--remote-debugging-port=0", "--user-data-dir="+profile, url)
	cmd.Env = append(os.Environ(), "TMPDIR="+profile) // a browser that is killed leaves a folder there
	var said bytes.Buffer
	cmd.Stderr = &said // all its processes have it, so that Wait waits until none writes to the profile
	cmd.WaitDelay = time.Minute
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended, waited := make(chan error, 1), make(chan struct{})
	go func() {
		err := cmd.Wait()
		ended <- fmt.Errorf("%v\n%s", err, &said)
		close(waited)
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-waited
		if err := os.RemoveAll(profile); err != nil {
			t.Error(err)
		}
	})
	return ended
}

// visit opens the page in a browser, and requires what it reports.
func visit(t *testing.T, compress bool) {
	rt := newRuntime(t)
	result, ends := make(chan string, 1), make(chan error, 2)
	got := open(t, rt, pageWithEcho(rt, compress, result, ends), result)
	want := "\nsame\nsame\nsame\nsame\nclosed 4000 true\nother origin 1006"
	if compress {
		want = " compressed" + want
	}
	if want = "open echo" + want; got != want {
		t.Errorf("the page says\n%s\nwant\n%s", got, want)
	}
	if err := <-ends; err == nil || !strings.Contains(err.Error(), `code 4000 ("bye")`) {
		t.Errorf("the server: %v", err)
	}
}

// open opens the page of a server in a browser, and returns its result.
func open(t *testing.T, rt *edo.Runtime, handler http.Handler, result chan string) string {
	var l *socket.Listener
	err := edo.Block(rt, t.Context(), func(task *edo.Task) (err error) {
		l, err = socket.Listen(task, "tcp", "127.0.0.1:0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler}
	t.Cleanup(func() { server.Close() })
	go server.Serve(aio.NetListener(rt, l))

	exited := browse(t, "http://127.0.0.1:"+strconv.Itoa(l.Addr().(*net.TCPAddr).Port)+"/")
	select {
	case got := <-result:
		return got
	case err := <-exited:
		t.Fatalf("the browser has ended: %v", err)
	case <-time.After(3 * time.Minute):
		t.Fatal("the page has said nothing for three minutes")
	}
	return ""
}

// pageWithEcho serves the page, its WebSocket, and takes its result.
func pageWithEcho(rt *edo.Runtime, compress bool, result chan string, ends chan error) http.Handler {
	acceptor := &web.Acceptor{Subprotocols: []string{"echo"}, Compress: compress}
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		io.WriteString(w, page)
	})
	mux.HandleFunc("/result", func(w http.ResponseWriter, r *http.Request) {
		p, _ := io.ReadAll(r.Body)
		result <- string(p)
	})
	mux.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		conn, err := acceptor.Upgrade(w, r)
		if err != nil {
			return
		}
		edo.Go(rt, func(task *edo.Task) error {
			ends <- echo(task, conn)
			return nil
		}, edo.Owns(conn))
	})
	return mux
}
