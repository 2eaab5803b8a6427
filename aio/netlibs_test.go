package aio_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/socket"
)

// tlsConfigs returns the configurations of a client and a server that trust each other.
var tlsConfigs = sync.OnceValues(func() (client, server *tls.Config) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"test"},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	server = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	return &tls.Config{RootCAs: roots, ServerName: "test"}, server
})

// bytesOfTLS is how much a test sends through TLS.
const bytesOfTLS = 10 << 20

// sendByTLS sends 10 MB, ends what the other side reads by close_notify alone, and expects "ok".
func sendByTLS(raw net.Conn) error {
	config, _ := tlsConfigs()
	c := tls.Client(raw, config)
	if _, err := c.Write(bytes.Repeat([]byte("0123456789abcdef"), bytesOfTLS/16)); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if err := c.CloseWrite(); err != nil { // sends close_notify and leaves the transport open
		return fmt.Errorf("close_notify: %w", err)
	}
	if answer, err := io.ReadAll(c); string(answer) != "ok" || err != nil {
		return fmt.Errorf("the answer is %q, %w", answer, err)
	}
	return raw.Close()
}

// receiveByTLS is the other side of sendByTLS.
func receiveByTLS(raw net.Conn) error {
	_, config := tlsConfigs()
	c := tls.Server(raw, config)
	all, err := io.ReadAll(c)
	if err != nil || len(all) != bytesOfTLS || !bytes.HasSuffix(all, []byte("0123456789abcdef")) {
		return fmt.Errorf("received %d bytes, %w", len(all), err)
	}
	if _, err := io.WriteString(c, "ok"); err != nil {
		return err
	}
	return c.Close()
}

func TestTLSOnBothEndsMovesTenMegabytes(t *testing.T) {
	rt := newRuntime(t)
	for name, ends := range map[string]func() (aio.Conn, aio.Conn){
		"over TCP":      func() (aio.Conn, aio.Conn) { return dialedConns(t, rt) },
		"over a Duplex": func() (aio.Conn, aio.Conn) { a, b := aio.Duplex(16 << 10); return a, b },
	} {
		t.Run(name+" on goroutines", func(t *testing.T) {
			a, b := ends()
			within(t, func() {
				sent := make(chan error)
				go func() { sent <- sendByTLS(aio.NetConn(rt, a)) }()
				if err := receiveByTLS(aio.NetConn(rt, b)); err != nil {
					t.Error(err)
				}
				if err := <-sent; err != nil {
					t.Error(err)
				}
			})
		})
		t.Run(name+" in tasks of one worker", func(t *testing.T) {
			within(t, func() {
				one, err := edo.New(edo.Config{CurrentThread: true})
				if err != nil {
					t.Error(err)
					return
				}
				defer one.Shutdown(context.Background())
				a, b := aio.Conn(nil), aio.Conn(nil)
				if name == "over TCP" {
					a, b = dialedConns(t, one)
				} else {
					a, b = ends()
				}
				err = edo.Block(one, context.Background(), func(task *edo.Task) error {
					sender := edo.Go(one, func(task *edo.Task) error { return sendByTLS(aio.NetConn(task, a)) })
					receiver := edo.Go(one, func(task *edo.Task) error { return receiveByTLS(aio.NetConn(task, b)) })
					_, err := sender.Await(task)
					_, err2 := receiver.Await(task)
					return errors.Join(err, err2)
				})
				if err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func dialedConns(t testing.TB, rt *edo.Runtime) (aio.Conn, aio.Conn) {
	a, b := dialed(t, rt)
	return a, b
}

func TestHTTPServesOverANetListener(t *testing.T) {
	rt := newRuntime(t)
	l, err := socket.Listen(rt, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body) // the server closes a connection that it answers before it has read the request
		if err != nil {
			t.Error(err)
		}
		w.Write(body)
	})
	mux.HandleFunc("/hijack", func(w http.ResponseWriter, r *http.Request) {
		// Hijack ends the read of a byte that the server has begun by a deadline in the past.
		conn, brw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\n\r\n")
		line, err := brw.ReadString('\n')
		if err != nil {
			t.Error(err)
		}
		io.WriteString(conn, strings.ToUpper(line))
	})
	server := &http.Server{Handler: mux}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(aio.NetListener(rt, l)) }()
	url := "http://" + l.Addr().String()
	client := &http.Client{Transport: &http.Transport{}}
	within(t, func() {
		// A client keeps a connection unless its goroutine that writes is behind the answer by 50 ms, as on a busy machine.
		for reuses := 0; reuses < 2; {
			reused := false
			trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { reused = info.Reused }}
			body := strings.Repeat("x", 1<<20)
			req, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), "POST", url+"/echo", strings.NewReader(body))
			if err != nil {
				t.Error(err)
				return
			}
			resp, err := client.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			got, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if string(got) != body || err != nil {
				t.Errorf("got %d bytes, %v", len(got), err)
			}
			if reused {
				reuses++
			}
		}
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		io.WriteString(conn, "GET /hijack HTTP/1.1\r\nHost: x\r\n\r\n")
		r := bufio.NewReader(conn)
		if resp, err := http.ReadResponse(r, nil); err != nil || resp.StatusCode != 101 {
			t.Errorf("got %v, %v", resp, err)
			return
		}
		io.WriteString(conn, "hello\n")
		if line, err := r.ReadString('\n'); line != "HELLO\n" || err != nil {
			t.Errorf("got %q, %v", line, err)
		}
		client.CloseIdleConnections()
		if err := server.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != http.ErrServerClosed {
			t.Errorf("Serve: %v", err)
		}
	})
}

func TestHTTPServesTLSOverANetListener(t *testing.T) {
	rt := newRuntime(t)
	l, err := socket.Listen(rt, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	clientConfig, serverConfig := tlsConfigs()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Proto, " ", r.TLS != nil)
	})}
	server.TLSConfig = serverConfig.Clone()
	go server.ServeTLS(aio.NetListener(rt, l), "", "")
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: clientConfig.Clone(), ForceAttemptHTTP2: true}}
	within(t, func() {
		resp, err := client.Get("https://" + l.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if string(got) != "HTTP/2.0 true" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		client.CloseIdleConnections()
		server.Close()
	})
}
