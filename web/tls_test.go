package web_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/tlsconn"
	"github.com/edo-go/edo/web"
)

// certificate returns a certificate for example.com and 127.0.0.1, and a pool that trusts it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return s.TLS.Certificates[0], pool
}

func TestAWebSocketOverTLS(t *testing.T) {
	cert, pool := certificate(t)
	run(t, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		serves := edo.Go(task, func(task *edo.Task) error {
			tcp, err := l.Accept(task)
			if err != nil {
				return err
			}
			secure, err := tlsconn.NewAcceptor(&tls.Config{Certificates: []tls.Certificate{cert}}).Accept(task, tcp)
			if err != nil {
				return err
			}
			conn, err := new(web.Acceptor).Accept(task, secure)
			if err != nil {
				return err
			}
			defer conn.Drop()
			if err := conn.SetIdleTimeout(1e10); err != nil {
				t.Errorf("SetIdleTimeout finds no socket below TLS: %v", err)
			}
			return echo(task, conn)
		})
		conn, err := (&web.Dialer{TLS: &tls.Config{RootCAs: pool}}).Dial(task, "wss://"+l.Addr().String())
		if err != nil {
			return err
		}
		defer conn.Drop()
		long := strings.Repeat("x", 100_000)
		if err := conn.Send(task, web.Text(long)); err != nil {
			return err
		}
		wantMessage(t, task, conn, web.Text(long))
		if err := conn.Close(task, web.CodeNormal, ""); err != nil {
			t.Errorf("Close = %v", err)
		}
		_, err = serves.Await(task)
		return err
	})
}

// A server of net/http with TLS of its own.
func TestUpgradeUnderTheTLSOfNetHTTP(t *testing.T) {
	rt := newRuntime(t)
	ends := make(chan error, 1)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := web.Upgrade(w, r)
		if err != nil {
			ends <- err
			return
		}
		edo.Go(rt, func(task *edo.Task) error {
			ends <- echo(task, conn)
			return nil
		}, edo.Owns(conn))
	}))
	defer server.Close()
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	err := edo.Block(rt, t.Context(), func(task *edo.Task) error {
		conn, err := (&web.Dialer{TLS: &tls.Config{RootCAs: pool}}).Dial(task, strings.Replace(server.URL, "http", "ws", 1))
		if err != nil {
			return err
		}
		defer conn.Drop()
		if err := conn.Send(task, web.Text("hello")); err != nil {
			return err
		}
		wantMessage(t, task, conn, web.Text("hello"))
		return conn.Close(task, web.CodeNormal, "")
	})
	if err != nil {
		t.Error(err)
	}
	if err := <-ends; err != nil {
		t.Errorf("the server: %v", err)
	}
}

func TestARequestOverHTTP2IsRefused(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, err := web.Upgrade(w, r); err == nil {
			conn.Drop()
		}
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	r, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.ProtoMajor != 2 || r.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("%s %s", r.Proto, r.Status)
	}
}
