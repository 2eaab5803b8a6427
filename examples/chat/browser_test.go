package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"
)

// driver uses two of the pages as people do, and posts what the first of them shows.
const driver = `<!doctype html><iframe id=anna src="/"></iframe><iframe id=bob src="/"></iframe><script>
const post = text => fetch("/result", {method: "POST", body: text});
const page = name => document.getElementById(name).contentDocument;
const shown = name => [...page(name).querySelectorAll("#log > div")].map(p => p.textContent);
const shows = async (name, text) => {
	while (!shown(name).includes(text)) await new Promise(done => setTimeout(done, 20));
};
const type = (name, text) => {
	page(name).getElementById("line").value = text;
	page(name).forms[0].requestSubmit();
};
onload = async () => {
	for (const name of ["anna", "bob"]) {
		await shows(name, "* what is your name?");
		type(name, name);
		await shows("anna", name === "anna" ? "* anna has joined lobby: anna" : "* bob has joined lobby: anna, bob");
	}
	type("anna", "hello <b>bob</b>");
	await shows("bob", "anna: hello <b>bob</b>");
	type("bob", "h\u00e9llo \u{1f600}");
	await shows("anna", "bob: h\u00e9llo \u{1f600}");
	post("here");
	await shows("anna", "* carl has left lobby: anna, bob");
	const people = page("anna").getElementById("people").textContent;
	type("bob", "/quit");
	await shows("bob", "* the connection has ended (1000, see you)");
	await shows("anna", "* bob has left lobby: anna");
	post(shown("anna").join("\n") + "\n" + people);
};
</script>`

const wanted = `* what is your name?
* anna has joined lobby: anna
* bob has joined lobby: anna, bob
anna: hello <b>bob</b>
bob: héllo 😀
* carl has joined lobby: anna, bob, carl
carl: from a terminal
* carl has left lobby: anna, bob
* bob has left lobby: anna
lobby: anna, bob`

func TestTwoPagesAndATerminalTalk(t *testing.T) {
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
	results := make(chan string, 2)
	_, lines, pages := start(t, func(chat http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/", chat)
		mux.HandleFunc("GET /test", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, driver) })
		mux.HandleFunc("POST /result", func(_ http.ResponseWriter, r *http.Request) {
			p, _ := io.ReadAll(r.Body)
			results <- string(p)
		})
		return mux
	})
	profile, err := os.MkdirTemp("", "") // its name is short: a socket is in it
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := os.RemoveAll(profile); err != nil {
			t.Error(err)
		}
	}()
	cmd := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--remote-debugging-port=0", "--user-data-dir="+profile, "http://"+pages+"/test")
	cmd.Env = append(os.Environ(), "TMPDIR="+profile) // a browser that is killed leaves a folder there
	var said bytes.Buffer
	cmd.Stderr = &said // all its processes have it, so that Wait waits until none writes to the profile
	cmd.WaitDelay = time.Minute
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	defer func() {
		cmd.Process.Kill()
		<-exited
	}()
	next := func() string {
		select {
		case result := <-results:
			return result
		case err := <-exited:
			exited <- err
			t.Fatalf("the browser has ended: %v\n%s", err, &said)
		case <-time.After(3 * time.Minute):
			t.Fatal("the pages have said nothing for three minutes")
		}
		return ""
	}
	if next(); t.Failed() {
		return
	}
	carl := dial(t, lines, "carl\nfrom a terminal\n/quit\n")
	reads(t, carl, "* carl has joined lobby: anna, bob, carl\ncarl: from a terminal\n* goodbye: see you\n")
	if got := next(); got != wanted {
		t.Errorf("the page shows\n%s\nwant\n%s", got, wanted)
	}
}
