package web

// A Message is a text or a binary message. Data belongs to the receiver.
type Message struct {
	Data   []byte
	IsText bool // Data is valid UTF-8
}

// Text returns a message of text.
func Text(s string) Message { return Message{Data: []byte(s), IsText: true} }

// Binary returns a binary message, which keeps data.
func Binary(data []byte) Message { return Message{Data: data} }

// String returns the data as a string.
func (m Message) String() string { return string(m.Data) }
