package link

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Answers of servers of a cluster, as they were seen.
const (
	isThere     = `{"type":"io.nats.jetstream.api.v1.stream_info_response","config":{"name":"S"}}`
	isNotThere  = `{"type":"io.nats.jetstream.api.v1.stream_info_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}`
	hasNoLeader = `{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":503,"err_code":10008,"description":"JetStream system temporarily unavailable"}}`
	hasAccount  = `{"type":"io.nats.jetstream.api.v1.account_info_response"}`
	hasKept     = `{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.a","seq":7,"data":"eA=="}}`
	looksForS   = "$JS.API.STREAM.INFO.S"
)

// broker is played by the test: a server without JetStream, and a client of it that answers.
type broker struct {
	t   *testing.T
	url string
	nc  *nats.Conn

	answered chan struct{} // closed when the question of ask has its answer; nil: there is none

	mu    sync.Mutex
	asked map[string]int
	heard map[string]chan struct{} // closed at the first question
}

func playBroker(t *testing.T) *broker {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server has not started")
	}
	b := &broker{t: t, url: "nats://" + s.Addr().String(), asked: map[string]int{}, heard: map[string]chan struct{}{}}
	if b.nc, err = nats.Connect(b.url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.nc.Close)
	return b
}

// answers has questions at the subject answered, one after the other, and all further ones by the last text. An
// empty text is no answer.
func (b *broker) answers(subject string, texts ...string) {
	b.t.Helper()
	heard := make(chan struct{})
	b.mu.Lock()
	b.heard[subject] = heard
	b.mu.Unlock()
	_, err := b.nc.Subscribe(subject, func(m *nats.Msg) {
		b.mu.Lock()
		n := min(b.asked[subject], len(texts)-1)
		if b.asked[subject]++; b.asked[subject] == 1 {
			close(heard)
		}
		b.mu.Unlock()
		if texts[n] != "" {
			m.Respond([]byte(texts[n]))
		}
	})
	if err == nil {
		err = b.nc.Flush()
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// await waits for the first question at the subject, or until that of ask has its answer without it.
func (b *broker) await(subject string) {
	b.mu.Lock()
	heard := b.heard[subject]
	b.mu.Unlock()
	select {
	case <-heard:
	case <-b.answered:
	}
}

// ask connects to the broker, and returns the answer to q. While it waits it calls meanwhile.
func (b *broker) ask(q Question, meanwhile func(a *Asks)) (text string, err error) {
	b.t.Helper()
	b.answers("$JS.API.INFO", hasAccount)
	conn, err := Open(b.t.Context(), b.url, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	defer conn.Drop()
	b.answered = make(chan struct{})
	conn.Asks().Tell(q, func(m *nats.Msg, e error) {
		if err = e; m != nil {
			text = string(m.Data)
		}
		close(b.answered)
	})
	meanwhile(conn.Asks())
	<-b.answered
	return text, err
}

// A server that is away, and with it a stream, is no end: a program that waits for it goes on when it is back.
func TestAQuestionWaitsForAStreamThatIsAway(t *testing.T) {
	t.Parallel()
	for name, look := range map[string]string{"its server is away": "", "the servers have no leader": hasNoLeader, "it begins": isThere} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := playBroker(t)
			b.answers(looksForS, look)
			text, err := b.ask(Question{Subject: "s.a", Stream: "S", On: "cluster: a confirmation", Deaf: 1}, func(a *Asks) {
				b.await(looksForS)
				if look == "" { // as after some seconds
					a.resend(func(q *Ask) bool { return q.Once })
				}
				b.answers("s.a", `{"stream":"S","seq":7}`)
			})
			if err != nil || !strings.Contains(text, `"seq":7`) {
				t.Errorf("the answer is %s, %v", text, err)
			}
		})
	}
}

func TestAQuestionEndsWhenItsStreamIsGone(t *testing.T) {
	t.Parallel()
	for _, q := range []Question{
		{Subject: "s.a", Stream: "S", On: "cluster: a confirmation", Deaf: 1},
		func() Question { q := LastOf("S", "s.a", false, "cluster: a look"); q.Deaf = 1; return q }(),
	} {
		b := playBroker(t)
		b.answers(looksForS, isNotThere)
		text, err := b.ask(q, func(*Asks) {})
		if !errors.Is(err, jetstream.ErrStreamNotFound) || !errors.Is(err, nats.ErrNoResponders) || err.Error() != q.On+": the broker has no stream S" {
			t.Errorf("the answer is %q, %v", text, err)
		}
	}
}

// Questions that no one answers share one look at their stream.
func TestManyQuestionsLookForAStreamOnce(t *testing.T) {
	t.Parallel()
	const n = 100
	b := playBroker(t)
	b.answers(looksForS, "") // none is told yet
	b.answers("$JS.API.INFO", hasAccount)
	conn, err := Open(t.Context(), b.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Drop()
	errs := make(chan error, n)
	for i := range n {
		q := Question{Subject: fmt.Sprint("s.", i), Stream: "S", On: "cluster: a confirmation", Deaf: 1}
		conn.Asks().Tell(q, func(_ *nats.Msg, err error) { errs <- err })
	}
	a := conn.Asks()
	looks := func() int {
		a.mu.Lock()
		defer a.mu.Unlock()
		return len(a.looks["S"])
	}
	for looks() < n && len(errs) == 0 {
		runtime.Gosched()
	}
	b.mu.Lock()
	if got := b.asked[looksForS]; got > 1 {
		t.Errorf("the stream was looked for %d times", got)
	}
	b.mu.Unlock()
	a.looked("S", true)
	for range n {
		if err := <-errs; !errors.Is(err, jetstream.ErrStreamNotFound) {
			t.Error(err)
		}
	}
}

// An error that passes is no answer to a question that may be asked again, and leaves open what has become of one
// that is asked once.
func TestAnErrorThatPassesIsNoAnswer(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no leader":                            hasNoLeader,
		"its server is away":                   `{"type":"io.nats.jetstream.api.v1.stream_info_response","error":{"code":500,"err_code":10118,"description":"stream is offline"}}`,
		"the id is that of one not agreed on":  `{"error":{"code":409,"err_code":10158,"description":"duplicate message id is in process"},"stream":"S","seq":0}`,
		"another for the key is not agreed on": `{"error":{"code":400,"err_code":10164,"description":"wrong last sequence"},"stream":"S","seq":0}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := playBroker(t)
			q := LastOf("S", "s.a", true, "cluster: a look")
			b.answers(q.Subject, text, hasKept)
			if text, err := b.ask(q, func(*Asks) {}); err != nil || text != hasKept {
				t.Errorf("the answer is %s, %v", text, err)
			}
			b = playBroker(t)
			q.Once = true
			b.answers(q.Subject, text)
			if text, err := b.ask(q, func(*Asks) {}); err != ErrUnanswered {
				t.Errorf("the answer to a question that is asked once is %s, %v", text, err)
			}
		})
	}
}

// What sets up a stream or a bucket is asked again too, and not after an error that stays.
func TestWhatSetsUpIsAskedAgainAfterAnErrorThatPasses(t *testing.T) {
	t.Parallel()
	b := playBroker(t)
	b.answers("$JS.API.INFO", hasAccount)
	conn, err := Open(t.Context(), b.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Drop()
	stays := &jetstream.APIError{Code: 400, ErrorCode: 10025, Description: "bad request"}
	calls := 0
	err = conn.Manage(t.Context(), func(context.Context) error {
		if calls++; calls == 1 {
			return fmt.Errorf("a bucket: %w", &jetstream.APIError{Code: 503, ErrorCode: unavailable})
		}
		return stays
	})
	if err != stays || calls != 2 {
		t.Errorf("after %d calls the error is %v", calls, err)
	}
}

// What others have written is an answer, whatever it says: it comes with headers.
func TestAMessageThatQuotesAnErrorIsAnAnswer(t *testing.T) {
	for _, m := range []*nats.Msg{
		{Data: []byte(hasNoLeader), Header: nats.Header{"Nats-Sequence": {"7"}}},
		{Data: []byte(isNotThere)},
		{Data: []byte(hasKept)},
		{Data: []byte(`"err_code":10008`)},
		{Data: []byte(`{"type":"io.nats.jetstream.api.v1.x","message":{"err_code":10008}}`)},
	} {
		if hasPassingError(m) {
			t.Errorf("%s %v is taken for an error that passes", m.Data, m.Header)
		}
	}
}

// The servers of a cluster that has just begun have no leader.
func TestAConnectionWaitsForServersThatBegin(t *testing.T) {
	t.Parallel()
	b := playBroker(t)
	b.answers("$JS.API.INFO", hasNoLeader, hasAccount)
	conn, err := Open(t.Context(), b.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	conn.Drop()

	b = playBroker(t)
	b.answers("$JS.API.INFO", hasNoLeader)
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		b.await("$JS.API.INFO")
		cancel(edo.ErrCancelled)
	}()
	if _, err := Open(ctx, b.url, nil); !errors.Is(err, edo.ErrCancelled) {
		t.Errorf("a connection that is given up is %v", err)
	}
}

func TestAConnectionThatFailsNamesItsServersWithoutTheirSecrets(t *testing.T) {
	t.Parallel()
	_, err := Open(t.Context(), "nats://anna:secret@127.0.0.1:1, 127.0.0.1:2", nil)
	if err == nil || !strings.Contains(err.Error(), "connect to nats://127.0.0.1:1,nats://127.0.0.1:2: ") && !strings.Contains(err.Error(), "connect to nats://127.0.0.1:1,127.0.0.1:2: ") {
		t.Errorf("the error is %v", err)
	}
	if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "anna") {
		t.Errorf("the error tells secrets: %v", err)
	}
	for urls, want := range map[string]string{
		"nats://token@a:4222": "nats://a:4222", "u:p@a": "nats://a", "tls://u:p,w@a": "a URL that cannot be read,nats://a",
	} {
		if got := redacted(urls); got != want {
			t.Errorf("%s is shown as %s, want %s", urls, got, want)
		}
	}
}
