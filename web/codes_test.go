package web_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	coder "github.com/coder/websocket"
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/web"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/gorilla/websocket"
)

// defined are the codes below 3000 that a close frame may have: RFC 6455, section 7.4.1, and the registry
// that it has founded.
var defined = []web.Code{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014}

// codes are those at the ends of all ranges, and all that are defined or reserved.
func codes() (all []web.Code) {
	all = []web.Code{0, 1, 999, 1999, 2000, 2999, 3000, 3001, 3999, 4000, 4001, 4999, 5000, 5001, 65535}
	for c := web.Code(1000); c < 1020; c++ {
		all = append(all, c)
	}
	return all
}

// mayBeSent reports whether a close frame may have the code.
func mayBeSent(c web.Code) bool { return slices.Contains(defined, c) || c >= 3000 && c < 5000 }

// closeFrame is a close frame of a client.
func closeFrame(c web.Code) []byte {
	return masked(true, ws.OpClose, string([]byte{byte(c >> 8), byte(c)}))
}

func TestEachCodeIsReceivedIfItMayBeSent(t *testing.T) {
	for _, code := range codes() {
		run(t, func(task *edo.Task) error {
			conn, peer := server(task, web.Limits{})
			defer conn.Drop()
			peer.write(t, closeFrame(code))
			_, err := conn.Recv(task)
			want := code
			if !mayBeSent(code) {
				want = web.CodeProtocol
			}
			if s := conn.Status(); s == nil || s.Code != want || (s.Err == nil) != mayBeSent(code) {
				t.Errorf("code %d: Recv = %v, Status = %v; want %d", code, err, s, want)
			}
			peer.wantClose(t, want)
			return nil
		})
	}
}

func TestEachCodeIsSentIfItMayBe(t *testing.T) {
	for _, code := range codes() {
		run(t, func(task *edo.Task) error {
			conn, peer := server(task, web.Limits{})
			defer conn.Drop()
			if mayBeSent(code) || code == web.CodeNone {
				peer.write(t, closeFrame(web.CodeNormal))
			}
			err := conn.Close(task, code, "")
			switch {
			case mayBeSent(code) || code == web.CodeNone:
				if err != nil {
					t.Errorf("Close with %d = %v", code, err)
				}
				peer.wantClose(t, code)
			case err == nil:
				t.Errorf("a close frame with %d was sent", code)
			}
			return nil
		})
	}
}

// serveCodes serves WebSockets that close with the code that a message asks for.
func serveCodes(rt *edo.Runtime, ends chan error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := web.Upgrade(w, r)
		if err != nil {
			return
		}
		edo.Go(rt, func(task *edo.Task) error {
			m, err := conn.Recv(task)
			if err == nil {
				code, _ := strconv.Atoi(m.String())
				err = conn.Close(task, web.Code(code), "")
			}
			ends <- err
			return nil
		}, edo.Owns(conn))
	})
}

// What other libraries make of each code, and what is made of each code that they send. Of those that are
// defined, gorilla does not know the newest.
func TestOtherLibrariesAgreeAboutCodes(t *testing.T) {
	rt := newRuntime(t)
	ends := make(chan error, 1)
	pages := httptest.NewServer(serveCodes(rt, ends))
	defer pages.Close()
	url := "ws" + strings.TrimPrefix(pages.URL, "http")
	for _, code := range codes() {
		if !mayBeSent(code) {
			continue
		}
		text := []byte(fmt.Sprint(code))
		g, _, err := websocket.DefaultDialer.Dial(url, nil)
		if err != nil {
			t.Fatal(err)
		}
		g.WriteMessage(websocket.TextMessage, text)
		_, _, err = g.ReadMessage()
		g.Close()
		var closed *websocket.CloseError
		if knows := code != web.CodeBadGateway; knows != (errors.As(err, &closed) && closed.Code == int(code)) {
			t.Errorf("%d: gorilla has got %v", code, err)
		}
		if err, isKnown := <-ends, code != web.CodeBadGateway; isKnown != (err == nil) {
			t.Errorf("%d: Close with gorilla = %v", code, err)
		}

		c, _, err := coder.Dial(t.Context(), url, nil)
		if err != nil {
			t.Fatal(err)
		}
		c.Write(t.Context(), coder.MessageText, text)
		if _, _, err = c.Read(t.Context()); coder.CloseStatus(err) != coder.StatusCode(code) {
			t.Errorf("%d: coder has got %v", code, err)
		}
		c.CloseNow()
		if err := <-ends; err != nil {
			t.Errorf("%d: Close with coder = %v", code, err)
		}

		b, _, _, err := ws.Dial(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		wsutil.WriteClientText(b, text)
		_, _, err = wsutil.ReadServerData(b)
		b.Close()
		var of wsutil.ClosedError
		if knows := code < 1012 || code > 1014; knows != (errors.As(err, &of) && of.Code == ws.StatusCode(code)) {
			t.Errorf("%d: gobwas has got %v", code, err)
		}
		<-ends
	}
	for _, code := range codes() {
		for name, send := range map[string]func() bool{
			"gorilla": func() bool {
				g, _, err := websocket.DefaultDialer.Dial(url, nil)
				if err != nil {
					t.Fatal(err)
				}
				defer g.Close()
				return g.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(int(code), "")) == nil
			},
			"coder": func() bool {
				c, _, err := coder.Dial(t.Context(), url, nil)
				if err != nil {
					t.Fatal(err)
				}
				return c.Close(coder.StatusCode(code), "") == nil
			},
		} {
			isSent := send()
			err := <-ends
			var end *web.CloseError
			switch {
			case code == web.CodeNormal || code == web.CodeGoingAway || code == web.CodeNone:
				if err != io.EOF {
					t.Errorf("%d sent by %s: Recv = %v", code, name, err)
				}
			case !errors.As(err, &end):
				t.Errorf("%d sent by %s: Recv = %v", code, name, err)
			case mayBeSent(code) && end.Code != code:
				t.Errorf("%d sent by %s (%v): Recv = %v", code, name, isSent, err)
			}
		}
	}
}

// codesPage lets the server close with each code, and closes with those that a page may use.
const codesPage = `<!doctype html><script>
const report = [];
const list = [CODES];
const next = () => {
	if (!list.length) return fetch("/result", {method: "POST", body: report.join("\n")});
	const code = list.shift(), ws = new WebSocket("ws://" + location.host + "/ws");
	ws.onopen = () => ws.send(String(code));
	ws.onclose = e => { report.push(code + ": " + e.code + " " + e.wasClean); next(); };
};
next();
</script>`

func TestAPageInABrowserIsToldEachCode(t *testing.T) {
	rt := newRuntime(t)
	result, ends := make(chan string, 1), make(chan error, 100)
	var list, want []string
	for _, code := range codes() {
		if mayBeSent(code) {
			list = append(list, fmt.Sprint(code))
			want = append(want, fmt.Sprintf("%d: %d true", code, code))
		}
	}
	mux := http.NewServeMux()
	mux.Handle("/ws", serveCodes(rt, ends))
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		io.WriteString(w, strings.Replace(codesPage, "CODES", strings.Join(list, ","), 1))
	})
	mux.HandleFunc("/result", func(w http.ResponseWriter, r *http.Request) {
		p, _ := io.ReadAll(r.Body)
		result <- string(p)
	})
	if got := open(t, rt, mux, result); got != strings.Join(want, "\n") {
		t.Errorf("the page says\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	for range list {
		if err := <-ends; err != nil {
			t.Errorf("the server: %v", err)
		}
	}
}
