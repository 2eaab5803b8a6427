package cluster

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// A Codec turns values into bytes and back. The name travels with each message: a receiver with
// another codec says so, and does not guess.
type Codec interface {
	// Name is a word: "json".
	Name() string
	// Marshal returns v as bytes. It is called by many tasks at a time, in their polls.
	Marshal(v any) ([]byte, error)
	// Unmarshal sets what v points to, a variable of the type of a queue.
	Unmarshal(data []byte, v any) error
}

// decode decodes data, which is a what of a queue or the like, and was encoded by the codec with the
// name. A panic of the codec is an error: the bytes may be anything.
func decode(c Codec, of, what, name string, data []byte, v any) (err error) {
	if name != "" && name != c.Name() {
		return &CodecError{Of: of, Message: name, Mine: c.Name()}
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the codec %s has panicked: %v", c.Name(), p)
		}
		if err != nil {
			err = fmt.Errorf("cluster: %s: %s cannot be decoded: %w", of, what, err)
		}
	}()
	return c.Unmarshal(data, v)
}

// CodecError says that a message was encoded by a codec that its reader does not have.
type CodecError struct {
	Of      string // "the queue mails"
	Message string // the name of the codec of the message
	Mine    string // that of the reader
}

// Error has the names of both.
func (e *CodecError) Error() string {
	return fmt.Sprintf("cluster: %s: a message is encoded by the codec %q, and this program has %q", e.Of, e.Message, e.Mine)
}

// JSON is the codec of package encoding/json, and the one that is used when none is given.
var JSON Codec = jsonCodec{}

type jsonCodec struct{}

func (jsonCodec) Name() string                       { return "json" }
func (jsonCodec) Marshal(v any) ([]byte, error)      { return json.Marshal(v) }
func (jsonCodec) Unmarshal(data []byte, v any) error { return json.Unmarshal(data, v) }

// Protobuf returns the codec of protocol buffers, for queues of pointers to messages. It takes the
// two functions of google.golang.org/protobuf/proto, on which this module does not depend:
//
//	codec := cluster.Protobuf(proto.Marshal, proto.Unmarshal)
//
// M is the interface that all messages have, proto.Message.
func Protobuf[M any](marshal func(m M) ([]byte, error), unmarshal func(data []byte, m M) error) Codec {
	return &protobuf[M]{marshal, unmarshal}
}

type protobuf[M any] struct {
	marshal   func(m M) ([]byte, error)
	unmarshal func(data []byte, m M) error
}

func (*protobuf[M]) Name() string { return "protobuf" }

func (p *protobuf[M]) Marshal(v any) ([]byte, error) {
	m, ok := v.(M)
	if !ok {
		return nil, fmt.Errorf("cluster: protobuf: a %T is no message: the queue must be one of pointers to messages", v)
	}
	return p.marshal(m)
}

// Unmarshal makes a message for the pointer that v points to.
func (p *protobuf[M]) Unmarshal(data []byte, v any) error {
	at := reflect.ValueOf(v).Elem()
	if at.Kind() == reflect.Pointer && at.IsNil() {
		at.Set(reflect.New(at.Type().Elem()))
	}
	m, ok := at.Interface().(M)
	if !ok {
		return fmt.Errorf("cluster: protobuf: a %s is no message: the queue must be one of pointers to messages", at.Type())
	}
	return p.unmarshal(data, m)
}
