package link

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// stored is the answer of the broker to a message that was to be stored.
type stored struct {
	*jetstream.PubAck
	Error *jetstream.APIError `json:"error"`
}

// Stored reads the answer to a message that was to be stored.
func Stored(m *nats.Msg) (*jetstream.PubAck, error) {
	if ack := usual(m.Data); ack != nil {
		return ack, nil
	}
	var s stored
	switch err := json.Unmarshal(m.Data, &s); {
	case err == nil && s.Error != nil:
		return nil, s.Error
	case err != nil || s.PubAck == nil || s.Stream == "":
		return nil, fmt.Errorf("%w: %.60q", ErrNotJetStream, m.Data)
	}
	return s.PubAck, nil
}

// usual reads the answer that the broker has ready for each stream, when it has no more to say than the
// place of a message that is new: {"stream":"mails","seq":17}. It is nil for another one. To read it as
// any JSON would be a tenth of the client's part of a publish.
func usual(data []byte) *jetstream.PubAck {
	rest, isAck := bytes.CutPrefix(data, []byte(`{"stream":"`))
	stream, rest, hasName := bytes.Cut(rest, []byte(`","seq":`))
	number, isWhole := bytes.CutSuffix(rest, []byte(`}`))
	if !isAck || !hasName || !isWhole || len(stream) == 0 || len(number) == 0 || number[0] == '0' {
		return nil
	}
	for _, c := range stream {
		if c == '"' || c == '\\' || c < ' ' || c > '~' { // it means something else in JSON
			return nil
		}
	}
	seq, err := strconv.ParseUint(string(number), 10, 64)
	if err != nil {
		return nil
	}
	return &jetstream.PubAck{Stream: string(stream), Sequence: seq}
}

// ErrNotJetStream says that a message that was to be stored was answered by something else.
var ErrNotJetStream = errors.New("cluster: the answer to a message is not from JetStream")

// HasCode reports whether err is the broker's error with the code.
func HasCode(err error, code jetstream.ErrorCode) bool {
	e, ok := errors.AsType[*jetstream.APIError](err)
	return ok && e != nil && e.ErrorCode == code
}
