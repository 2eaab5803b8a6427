package wire

import (
	"bytes"
	"encoding/binary"
)

// Where the addresses are in a header, and its length. It has no options here.
const (
	sourceAt4, targetAt4, header4 = 12, 16, 20
	sourceAt6, targetAt6, header6 = 8, 24, 40
)

func isVersion(p []byte, version byte, header int) bool {
	return len(p) >= header && p[0]>>4 == version
}

// isToFar reports whether p is a packet that the other side of the wire gets.
func isToFar(p []byte) bool {
	switch {
	case isVersion(p, 4, header4):
		return bytes.Equal(p[targetAt4:header4], far4)
	case isVersion(p, 6, header6):
		return bytes.Equal(p[targetAt6:header6], far6)
	}
	return false
}

// swapAddresses makes p a packet from its target to its source.
func swapAddresses(p []byte) {
	source, target := p[sourceAt4:targetAt4], p[targetAt4:header4]
	if p[0]>>4 == 6 {
		source, target = p[sourceAt6:targetAt6], p[targetAt6:header6]
	}
	before := bytes.Clone(source)
	copy(source, target)
	copy(target, before)
}

// unreachable is what a router answers to p whose receiver it cannot reach: RFC 792, and RFC 4443,
// section 3.1.
func unreachable(p []byte) []byte {
	const hopLimit = 64
	if p[0]>>4 == 6 {
		body := append([]byte{1, 3, 0, 0, 0, 0, 0, 0}, p[:min(len(p), 1000)]...) // address unreachable
		head := make([]byte, header6)
		head[0] = 6 << 4
		binary.BigEndian.PutUint16(head[4:], uint16(len(body)))
		head[6], head[7] = protocolICMP6, hopLimit
		copy(head[sourceAt6:], p[targetAt6:header6])
		copy(head[targetAt6:], p[sourceAt6:targetAt6])
		pseudo := binary.BigEndian.AppendUint32(bytes.Clone(head[sourceAt6:]), uint32(len(body)))
		pseudo = append(pseudo, 0, 0, 0, protocolICMP6)
		binary.BigEndian.PutUint16(body[2:], checksum(append(pseudo, body...)))
		return append(head, body...)
	}
	body := append([]byte{3, 1, 0, 0, 0, 0, 0, 0}, p[:min(len(p), header4+8)]...) // host unreachable
	binary.BigEndian.PutUint16(body[2:], checksum(body))
	head := make([]byte, header4)
	head[0] = 4<<4 | header4/4
	binary.BigEndian.PutUint16(head[2:], uint16(header4+len(body)))
	head[8], head[9] = hopLimit, protocolICMP4
	copy(head[sourceAt4:], p[targetAt4:header4])
	copy(head[targetAt4:], p[sourceAt4:targetAt4])
	binary.BigEndian.PutUint16(head[10:], checksum(head))
	return append(head, body...)
}

const protocolICMP4, protocolICMP6 = 1, 58

// checksum is that of RFC 1071.
func checksum(p []byte) uint16 {
	sum := uint32(0)
	for ; len(p) > 1; p = p[2:] {
		sum += uint32(binary.BigEndian.Uint16(p))
	}
	if len(p) == 1 {
		sum += uint32(p[0]) << 8
	}
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}
