package link

import (
	"encoding/json"
	"errors"
	"fmt"

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
	var s stored
	switch err := json.Unmarshal(m.Data, &s); {
	case err == nil && s.Error != nil:
		return nil, s.Error
	case err != nil || s.PubAck == nil || s.Stream == "":
		return nil, fmt.Errorf("%w: %.60q", ErrNotJetStream, m.Data)
	}
	return s.PubAck, nil
}

// ErrNotJetStream says that a message that was to be stored was answered by something else.
var ErrNotJetStream = errors.New("cluster: the answer to a message is not from JetStream")

// HasCode reports whether err is the broker's error with the code.
func HasCode(err error, code jetstream.ErrorCode) bool {
	e, ok := errors.AsType[*jetstream.APIError](err)
	return ok && e != nil && e.ErrorCode == code
}
