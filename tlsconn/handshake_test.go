package tlsconn_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/tlsconn"
)

func TestAHandshakeThatNobodyGoesOnWithEndsAfterItsTime(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		a, b := aio.Duplex(1 << 12)
		defer b.Close()
		_, err := tlsconn.NewAcceptor(serverConfig(), tlsconn.HandshakeTimeout(3*time.Second)).Accept(task, a)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "3s") {
			t.Errorf("Accept = %v", err)
		}
		if n, err := aio.Read(task, b, make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("the other side reads %d, %v: the connection below was not closed", n, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNoMoreHandshakesThanAllowedRunAtATime(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		acceptor := tlsconn.NewAcceptor(serverConfig(), tlsconn.MaxHandshakes(1), tlsconn.HandshakeTimeout(time.Second))
		silent, other := aio.Duplex(1 << 12) // holds the one place until its time is over
		defer other.Close()
		first := edo.Spawn(task, acceptor.AcceptFuture(silent))
		if err := edo.Yield(task); err != nil {
			return err
		}
		x, y := aio.Duplex(1 << 12)
		second := edo.Spawn(task, acceptor.AcceptFuture(x))
		c, err := tlsconn.Connect(task, y, clientConfig())
		if err == nil {
			c.Close()
			t.Error("a second handshake ran beside the first")
		}
		_, err1 := first.Await(task)
		_, err2 := second.Await(task)
		if !errors.Is(err1, context.DeadlineExceeded) || !errors.Is(err2, context.DeadlineExceeded) {
			t.Errorf("Accept = %v, and %v", err1, err2)
		}
		return nil
	}, sim.WithConfig(sim.Config{Quiet: true})) // the first has the place before the second comes, and its time is over first
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFailedHandshakeTellsBothSidesWhy(t *testing.T) {
	run(t, func(task *edo.Task) error {
		x, y := aio.Duplex(1 << 12)
		accepted := edo.GoValue(task, func(task *edo.Task) (error, error) {
			_, err := tlsconn.NewAcceptor(serverConfig()).Accept(task, x)
			return err, nil
		})
		_, err := tlsconn.Connect(task, y, &tls.Config{ServerName: "localhost"}) // it trusts no root
		var unknown *tls.CertificateVerificationError
		if !errors.As(err, &unknown) || !strings.HasPrefix(err.Error(), "tlsconn: handshake") {
			t.Errorf("Connect = %v", err)
		}
		if err, _ := accepted.Await(task); err == nil || !strings.Contains(err.Error(), "bad certificate") {
			t.Errorf("Accept = %v", err)
		}
		return nil
	})
}

func TestAHandshakeThatIsAbortedOrDroppedClosesTheConnectionBelow(t *testing.T) {
	run(t, func(task *edo.Task) error {
		acceptor := tlsconn.NewAcceptor(serverConfig())
		for _, what := range []string{"aborted", "dropped before", "dropped while it waits"} {
			a, b := aio.Duplex(1 << 12)
			f := acceptor.AcceptFuture(a)
			switch what {
			case "aborted":
				h := edo.Spawn(task, f)
				if err := edo.Yield(task); err != nil {
					return err
				}
				h.Abort()
				if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
					t.Errorf("%s: %v", what, err)
				}
			case "dropped before":
				f.(edo.Dropper).Drop()
			default:
				edo.Await(task, edo.Future[edo.Unit](pollsOnceAndDrops{f}))
			}
			if _, err := aio.Read(task, b, make([]byte, 1)); err != io.EOF {
				t.Errorf("%s: the other side reads %v", what, err)
			}
			b.Close()
		}
		return nil
	})
}

func TestAnAbortedDialClosesItsConnection(t *testing.T) {
	run(t, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		tlsconn.DialFuture(task, "tcp", l.Addr().String(), nil).(edo.Dropper).Drop() // before it has begun
		h := edo.Spawn(task, tlsconn.DialFuture(task, "tcp", l.Addr().String(), clientConfig()))
		conn, err := l.Accept(task)
		if err != nil {
			return err
		}
		defer conn.Close()
		p := make([]byte, 4<<10)
		if _, err := conn.Read(task, p); err != nil { // the client's hello: it waits for an answer
			return err
		}
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("the dial has ended with %v", err)
		}
		if rest, err := aio.ReadAll(task, conn, nil); err != nil {
			t.Errorf("the server reads %d bytes, and %v", len(rest), err)
		}
		return nil
	})
}

// pollsOnceAndDrops polls f once, and drops it.
type pollsOnceAndDrops struct{ f edo.Future[*tlsconn.Conn] }

func (p pollsOnceAndDrops) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	p.f.Poll(cx)
	p.f.(edo.Dropper).Drop()
	return edo.Unit{}, edo.Ready, nil
}

func TestProtocolCertificatesAndTicketsAreThoseOfTheConfig(t *testing.T) {
	run(t, func(task *edo.Task) error {
		current := localhost().cert
		server := &tls.Config{
			NextProtos:     []string{"two", "one"},
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &current, nil },
			ClientAuth:     tls.RequireAndVerifyClientCert,
			ClientCAs:      localhost().pool,
		}
		client := clientConfig()
		client.NextProtos = []string{"one"}
		client.Certificates = []tls.Certificate{localhost().cert}
		client.ClientSessionCache = tls.NewLRUClientSessionCache(1)
		for i := range 2 {
			a, b := pair(t, task, 1<<12, server, client)
			if p := a.ConnectionState().NegotiatedProtocol; p != "one" || b.ConnectionState().NegotiatedProtocol != p {
				t.Errorf("protocol %q", p)
			}
			if n := len(a.ConnectionState().PeerCertificates); n != 1 {
				t.Errorf("the server has %d certificates of the client", n)
			}
			if resumed := b.ConnectionState().DidResume; resumed != (i == 1) {
				t.Errorf("connection %d: resumed %v", i, resumed)
			}
			a.Write(task, []byte("x")) // the ticket comes with the first record
			b.Read(task, make([]byte, 1))
			a.Close()
			b.Close()
		}
		other := newIdentity("another") // the client does not trust it
		current = other.cert
		server.SessionTicketsDisabled = true
		x, y := aio.Duplex(1 << 12)
		accepted := edo.Spawn(task, tlsconn.NewAcceptor(server).AcceptFuture(x))
		client.ClientSessionCache = nil
		_, err := tlsconn.Connect(task, y, client)
		if _, err2 := accepted.Await(task); err == nil || err2 == nil {
			t.Error("the certificate has not changed")
		}
		return nil
	})
}

func TestAnIdleConnectionHasNoGoroutine(t *testing.T) {
	run(t, func(task *edo.Task) error {
		before := runtime.NumGoroutine()
		var conns []*tlsconn.Conn
		var reads []*edo.JoinHandle[int]
		for range 50 {
			a, b := pair(t, task, 1<<12, serverConfig(), clientConfig())
			conns = append(conns, a, b)
			reads = append(reads, edo.Spawn(task, aio.ReadFuture(a, make([]byte, 1))))
		}
		if n := runtime.NumGoroutine() - before; n > 20 { // a pool keeps a few coroutines
			t.Errorf("%d goroutines for 100 connections", n)
		}
		for i, c := range conns {
			if c.Close(); i%2 == 1 { // the reader of the other side hears of it
				if _, err := reads[i/2].Await(task); err == nil {
					t.Error("a read of a closed connection has worked")
				}
			}
		}
		return nil
	})
}

func TestAnAcceptorWithoutACertificatePanics(t *testing.T) {
	defer func() {
		if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), "Certificates") {
			t.Errorf("panicked with %v", err)
		}
	}()
	tlsconn.NewAcceptor(&tls.Config{})
}

// crypto/tls would make a later handshake inside of a read, and never end it.
func TestAConfigThatAllowsRenegotiationIsRefused(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		a, b := aio.Duplex(1 << 12)
		defer b.Close()
		for _, r := range []tls.RenegotiationSupport{tls.RenegotiateOnceAsClient, tls.RenegotiateFreelyAsClient} {
			config := clientConfig()
			config.Renegotiation = r
			if _, err := tlsconn.Connect(task, a, config); err == nil || !strings.Contains(err.Error(), "Renegotiation") {
				t.Errorf("Connect = %v", err)
			}
		}
		if _, err := aio.Read(task, b, make([]byte, 1)); err != io.EOF {
			t.Errorf("the other side reads %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPanicOfTheProgramsFunctionsClosesTheConnection(t *testing.T) {
	run(t, func(task *edo.Task) error {
		config := serverConfig()
		config.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { panic("no certificate") }
		config.Certificates = nil
		acceptor := tlsconn.NewAcceptor(config, tlsconn.MaxHandshakes(1))
		for range 2 { // the place is free again
			x, y := aio.Duplex(1 << 12)
			h := edo.Spawn(task, acceptor.AcceptFuture(x))
			if _, err := tlsconn.Connect(task, y, clientConfig()); err == nil {
				t.Error("Connect has worked")
			}
			_, err := h.Await(task)
			if err == nil || !strings.Contains(err.Error(), "no certificate") {
				t.Errorf("Accept = %v", err)
			}
		}
		return nil
	})
}
