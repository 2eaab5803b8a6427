package browsertest

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/internal/planted"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/timer"
)

var (
	million = flag.Bool("million", false, "hold a million tasks where the suite has 20,000")
	picture = flag.String("picture", "", "write a screenshot to this `file`")
)

// browser is the Chromium that all tests share; each has a tab.
var browser = sync.OnceValues(func() (context.Context, error) {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return nil, nil
	}
	profile, err := os.MkdirTemp("", "edo-browsertest")
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(profile), chromedp.WindowSize(1400, 1100),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Env("TMPDIR="+profile)) // a browser that is killed leaves a folder there
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(allocator)
	atEnd = func() {
		stop()
		stopAllocator()
		os.RemoveAll(profile)
	}
	return ctx, chromedp.Do(ctx)
})

var atEnd = func() {}

func TestMain(m *testing.M) {
	flag.Parse()
	status := m.Run()
	atEnd()
	os.Exit(status)
}

// program is a program with a console, and a tab that shows it.
type program struct {
	t       *testing.T
	rt      *edo.Runtime
	console *console.Server
	tab     context.Context
}

// start starts a program. The test is skipped without a browser.
func start(t *testing.T, c edo.Config) *program {
	t.Helper()
	parent, err := browser()
	if err != nil {
		t.Fatal(err)
	}
	if parent == nil {
		t.Skip("install chromium to run this test")
	}
	c.OnError = func(error) {}
	rt, err := edo.New(c)
	if err != nil {
		t.Fatal(err)
	}
	s, err := console.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tab, closeTab := chromedp.NewContext(parent)
	tab, cancel := context.WithTimeout(tab, time.Minute)
	p := &program{t, rt, s, tab}
	t.Cleanup(func() {
		cancel()
		closeTab()
		p.console.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		rt.Shutdown(ctx)
	})
	return p
}

// run has the tab do something.
func (p *program) run(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.tab, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// eval returns the value of an expression of the page.
func eval[T any](p *program, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.tab, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits until an expression of the page is true.
func (p *program) until(expression string) {
	p.t.Helper()
	const give = 45_000 // milliseconds
	if !eval[bool](p, fmt.Sprintf(`(async () => {
		for (const end = Date.now() + %d; !(%s);) {
			if (Date.now() > end) return false;
			await new Promise(next => setTimeout(next, 20));
		}
		return true;
	})()`, give, expression)) {
		p.t.Fatalf("in vain: %s\nthe focus is on %s\n%s", expression, eval[string](p, "document.activeElement.outerHTML.slice(0, 300)"), eval[string](p, "document.body.innerText"))
	}
}

// has waits until an element has a text.
func (p *program) has(selector, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("[...document.querySelectorAll(%q)].some(e => e.textContent.includes(%q))", selector, text))
}

// open opens the page at an address, and waits until it shows this program: the first frame may be that of the
// test before.
func (p *program) open(url string) {
	p.t.Helper()
	now := time.Now().UnixMilli()
	p.run(chromedp.Navigate(url))
	p.until(fmt.Sprintf("shown && Date.parse(shown.time) > %d", now))
}

func TestThePageShowsThreePlantedFaultsAmongManyTasks(t *testing.T) {
	p := start(t, edo.Config{Workers: 2, Trace: !*million})
	n := 20_000
	if *million {
		n = 1_000_000
	}
	for range n {
		edo.Spawn(p.rt, planted.Never{}, edo.Name("idle"))
	}
	planted.Deadlock(p.rt)
	planted.FullChannel(p.rt, 16)
	p.open(p.console.URL())
	p.has(".finding.fault", "2 tasks wait for each other and can never go on: ")
	p.has(".finding", "is full (full, capacity 16): 3 tasks wait for room; its receiver was last ")
	p.has("#view td", "20,000")

	p.run(chromedp.KeyEvent("3")) // the graph
	p.until(`document.querySelectorAll("#graph .node.red").length === 2 && document.querySelectorAll("#graph .edge.red").length === 2`)
	p.has("#graph text", "lock: mutex #")
	p.has("#graph text", "audit")
	p.until(`[...document.querySelectorAll("#graph rect, #graph text")].every(e => {
		const b = e.getBBox(), g = document.querySelector("#graph");
		return b.x >= 0 && b.y >= 0 && b.x + b.width <= g.width.baseVal.value && b.y + b.height <= g.height.baseVal.value;
	})`)
	p.laidOut()
	color := eval[string](p, `getComputedStyle(document.querySelector("#graph .edge.red")).stroke`)
	if color != "rgb(179, 20, 27)" && color != "rgb(255, 138, 128)" {
		t.Errorf("the cycle is %s", color)
	}
	if *picture != "" {
		png, err := chromedp.Run(p.tab, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(*picture, png, 0o644); err != nil {
			t.Error(err)
		}
	}

	// The finding about the channel leads to the task that does not receive.
	eval[any](p, `[...document.querySelectorAll(".finding button")].find(e => e.textContent.includes("is full")).click()`)
	p.has("#task h2", "slow sink")
	eval[any](p, `document.querySelector("#task").close()`)

	var mayEnd atomic.Bool
	defer mayEnd.Store(true)
	edo.Go(p.rt, func(*edo.Task) error { planted.Spin(&mayEnd); return nil }, edo.Name("busy"))
	p.has(".finding", "busy, in planted.Spin at planted.go:")
	p.run(chromedp.KeyEvent("4"))
	p.has("#view pre", "planted.Spin(")
	p.run(chromedp.KeyEvent("7")) // the timeline has the poll that runs, which is recorded when it returns
	p.has("#view", "It is off")
	eval[any](p, `document.querySelector("#record").click()`)
	p.has("#lanes .slice.runs title", "busy: ")
	p.has("#view td.name", "busy, a poll that runs")
	eval[any](p, `document.querySelector("#record").click()`)
	mayEnd.Store(true)
	p.until(`![...document.querySelectorAll(".finding")].some(e => e.textContent.includes("busy, in "))`)
}

// laidOut requires that in a window of usual width the cycle of the graph is in sight, that no label lies over a task, and that
// no number and no state of a table is broken into two lines.
func (p *program) laidOut() {
	p.t.Helper()
	p.run(wide(1280))
	p.until(`innerWidth === 1280 && [...document.querySelectorAll("#graph .node.red")].every(e => e.getBoundingClientRect().right < 1280)`)
	p.until(`[...document.querySelectorAll("#graph .edgetext")].every(text => [...document.querySelectorAll("#graph .node")].every(node => {
		const a = text.getBBox(), b = node.getBBox();
		return a.x > b.x + b.width || b.x > a.x + a.width || a.y > b.y + b.height || b.y > a.y + a.height;
	}))`)
	p.until(`new Set([...document.querySelectorAll("#graph .edgetext")].map(e => e.textContent + e.getAttribute("x"))).size === document.querySelectorAll("#graph .edgetext").length`)
	for _, view := range "1243" {
		p.run(chromedp.KeyEvent(string(view)))
		p.until(fmt.Sprintf(`document.querySelectorAll("#tabs button")[%d].getAttribute("aria-selected") === "true"`, view-'1'))
		p.until(`[...document.querySelectorAll("#view td.num, #view td.word")].every(e => {
			const text = document.createRange();
			text.selectNodeContents(e);
			return new Set([...text.getClientRects()].map(r => Math.round(r.top))).size <= 1;
		})`)
	}
	p.run(wide(1400))
}

// wide sets the width of the window.
func wide(width int64) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 1100, DeviceScaleFactor: 1})
		return err
	})
}

func TestThePageIsUsableByKeyboard(t *testing.T) {
	p := start(t, edo.Config{Workers: 1})
	planted.Deadlock(p.rt)
	p.open(p.console.URL())
	p.has(".finding.fault", "pay")
	p.run(chromedp.KeyEvent("2"))
	p.until(`document.querySelector("#tab-objects").getAttribute("aria-selected") === "true"`)
	p.run(chromedp.KeyEvent("/"), chromedp.KeyEvent("refund"))
	p.until(`document.querySelector("#filter").value === "refund" && document.activeElement.id === "filter"`)
	p.run(chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent("f"))
	p.has("#freeze", "go on")
	p.run(chromedp.KeyEvent("f"))

	// A finding has the focus over all frames, and Enter opens its task.
	eval[any](p, `document.querySelector(".finding button").focus()`)
	p.until(`(window.frames_ ||= frame.number, frame.number > window.frames_ + 1) && document.activeElement.matches(".finding button")`)
	p.run(chromedp.KeyEvent(kb.Enter))
	p.until(`document.querySelector("#task").open`)
	p.has("#task dd", "lock: mutex #")
	p.has("#task dd button", "refund")
	p.run(chromedp.KeyEvent(kb.Escape))
	p.until(`!document.querySelector("#task").open`)
}

func TestMarkupInNamesIsText(t *testing.T) {
	p := start(t, edo.Config{Workers: 1})
	const hostile = `<img src=x onerror="window.hit=1"><script>window.hit=1</script>"'&` + "\u202e"
	a := new(lock.Mutex)
	edo.Go(p.rt, func(task *edo.Task) error { a.Lock(task); _, err := edo.Await(task, planted.Never{}); return err }, edo.Name(hostile))
	edo.Go(p.rt, func(task *edo.Task) error { return a.Lock(task) }, edo.Name(hostile))
	p.open(p.console.URL())
	p.has("#view td.name", hostile)
	for _, view := range "12345678" {
		p.run(chromedp.KeyEvent(string(view)))
		p.until(fmt.Sprintf(`document.querySelectorAll("#tabs button")[%d].getAttribute("aria-selected") === "true"`, view-'1'))
	}
	p.run(chromedp.KeyEvent("1"))
	eval[any](p, `document.querySelector("#view td button").click()`)
	p.has("#task h2", hostile)
	if eval[bool](p, `!!window.hit || document.querySelectorAll("img, #view script, #task script").length !== 0`) {
		t.Error("a name was taken for markup")
	}
}

func TestThePageConnectsAnew(t *testing.T) {
	p := start(t, edo.Config{Workers: 1})
	var isDown atomic.Bool
	h := console.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isDown.Load() {
			panic(http.ErrAbortHandler) // the connection ends without an answer
		}
		h.ServeHTTP(w, r)
	}))
	defer server.Close()
	defer server.CloseClientConnections()
	p.open(server.URL)
	isDown.Store(true)
	server.CloseClientConnections()
	p.until(`document.querySelector("#state").textContent.includes("connects anew")`)
	isDown.Store(false)
	p.has("#state", "live")
}

func TestTheTokenOfTheAddressIsUsedAndNotKeptInIt(t *testing.T) {
	p := start(t, edo.Config{Workers: 1})
	p.console.Close()
	const token = "a token of sixteen bytes"
	s, err := console.Listen("127.0.0.1:0", console.WithToken(token))
	if err != nil {
		t.Fatal(err)
	}
	p.console = s
	p.run(chromedp.Navigate(s.URL()))
	p.until(`!document.querySelector("#ask").hidden`)
	eval[any](p, `document.querySelector("#token").focus()`)
	p.run(chromedp.KeyEvent(token + kb.Enter))
	p.has("#state", "live")
	eval[any](p, `sessionStorage.clear()`)
	p.run(chromedp.Navigate("about:blank"), chromedp.Navigate(s.URL()+"#token="+strings.ReplaceAll(token, " ", "%20")))
	p.has("#state", "live")
	if where := eval[string](p, `location.href`); strings.Contains(where, "token") {
		t.Errorf("the address is %s", where)
	}
}

func TestTheTimelineIsRecordedOnDemand(t *testing.T) {
	p := start(t, edo.Config{Workers: 2})
	edo.Go(p.rt, func(task *edo.Task) error {
		for {
			if err := timer.Sleep(task, time.Millisecond); err != nil {
				return err
			}
		}
	}, edo.Name("ticker"))
	p.open(p.console.URL())
	p.run(chromedp.KeyEvent("7"))
	p.has("#view", "It is off")
	eval[any](p, `document.querySelector("#record").click()`)
	p.until(`document.querySelectorAll("#lanes .slice").length > 10`)
	p.has("#view td.name", "ticker")
	eval[any](p, `document.querySelector("#record").click()`)
	p.has("#view", "It is off")
}

func TestLightAndDarkFollowTheSystem(t *testing.T) {
	p := start(t, edo.Config{Workers: 1})
	p.run(chromedp.Navigate(p.console.URL()))
	colors := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		p.run(emulate(scheme))
		colors[eval[string](p, `getComputedStyle(document.body).backgroundColor`)] = true
	}
	if len(colors) != 2 {
		t.Errorf("both are %v", colors)
	}
}

// emulate sets the color scheme that the system prefers.
func emulate(scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
}
