package load

import (
	"bytes"
	"errors"
	"fmt"
	"syscall"
)

// kinds is how many texts requests have. Successive requests have different texts, so that the
// client detects an answer that is missing, doubled or out of order.
const kinds = 16

// most is how many bytes a request, or its answer, has at the most.
const most = Size + len(maskedHead) + len(mask)

// A wire is what requests and their answers look like in a protocol.
type wire struct{ requests, answers [kinds][]byte }

// texts are the requests without a protocol.
func texts() (all [kinds][]byte) {
	for i := range all {
		all[i] = bytes.Repeat([]byte{'a' + byte(i)}, Size)
	}
	return all
}

// plain returns the wire of a protocol without frames.
func plain() wire { return wire{texts(), texts()} }

// Heads of a frame with one binary message of Size bytes: of the client, which masks, and of the
// server.
const (
	maskedHead = "\x82\xc0"
	serverHead = "\x82\x40"
	mask       = "\x12\xfe\x5a\xa5"
)

// frames returns the wire of a WebSocket. One mask is as much work for the server as many.
func frames() wire {
	w := plain()
	for i, text := range texts() {
		w.answers[i] = append([]byte(serverHead), text...)
		for j := range text {
			text[j] ^= mask[j%len(mask)]
		}
		w.requests[i] = append([]byte(maskedHead+mask), text...)
	}
	return w
}

// wireOf returns the wire of a protocol.
func wireOf(protocol string) (wire, error) {
	switch protocol {
	case "", TLS:
		return plain(), nil
	case WebSocket:
		return frames(), nil
	}
	return wire{}, fmt.Errorf("there is no protocol %q", protocol)
}

// upgradeRequest asks for a WebSocket. Its key is the one of RFC 6455.
func upgradeRequest(host string) []byte {
	return []byte("GET / HTTP/1.1\r\nHost: " + host + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
}

// acceptKey is what a server answers to the key of upgradeRequest.
const acceptKey = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

// checkUpgrade checks the answer to upgradeRequest, and reports whether it is there to its end.
func checkUpgrade(answer []byte) (isWhole bool, err error) {
	head, behind, isWhole := bytes.Cut(answer, []byte("\r\n\r\n"))
	switch {
	case !isWhole:
		return false, nil
	case !bytes.HasPrefix(head, []byte("HTTP/1.1 101 ")) || !bytes.Contains(head, []byte(acceptKey)):
		return true, fmt.Errorf("the server does not upgrade: %.200q", head)
	case len(behind) > 0:
		return true, errors.New("the server sends a message that was not asked for")
	}
	return true, nil
}

// upgrade makes the handshake of a WebSocket.
func (c *client) upgrade(fd int) error {
	request := upgradeRequest(c.Address)
	if n, err := syscall.Write(fd, request); err != nil || n != len(request) {
		return errors.Join(err, errors.New("the request for a WebSocket was not sent"))
	}
	for got := 0; got < len(c.in); {
		n, err := syscall.Read(fd, c.in[got:])
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return errServerClosed
		}
		got += n
		if isWhole, err := checkUpgrade(c.in[:got]); isWhole || err != nil {
			return err
		}
	}
	return errors.New("the answer to the request for a WebSocket has no end")
}
