package link

import (
	"errors"
	"io"
	"net"
	"testing"
)

func TestADialerClosesTheConnectionBefore(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var d dialer
	first, err := d.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	second, err := d.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if _, err := first.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a read of the first one is %v", err)
	}
	for _, want := range []error{io.EOF, nil} {
		peer, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			peer.Write([]byte("x"))
			_, err = second.Read(make([]byte, 1))
		} else {
			_, err = peer.Read(make([]byte, 1))
		}
		peer.Close()
		if err != want {
			t.Errorf("a read is %v, want %v", err, want)
		}
	}
}
