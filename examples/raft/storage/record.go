package storage

import (
	"encoding/binary"
	"hash/crc32"
)

// A record is what is written at once:
//
//	4 bytes   length of the payload
//	4 bytes   number of the record in its file
//	4 bytes   checksum of the above and the payload (CRC-32C)
//	payload
const headSize = 12

var table = crc32.MakeTable(crc32.Castagnoli)

// appendRecord appends a record.
func appendRecord(b []byte, number uint32, payload []byte) []byte {
	head := len(b)
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)))
	b = binary.BigEndian.AppendUint32(b, number)
	b = binary.BigEndian.AppendUint32(b, checksum(b[head:], payload))
	return append(b, payload...)
}

func checksum(head, payload []byte) uint32 {
	return crc32.Update(crc32.Checksum(head, table), table, payload)
}

// parseRecord returns the payload of the record at the beginning of b, and what follows it, if the
// record is whole.
func parseRecord(b []byte) (number uint32, payload, rest []byte, isWhole bool) {
	if len(b) < headSize {
		return 0, nil, nil, false
	}
	size := binary.BigEndian.Uint32(b)
	if uint64(size) > uint64(len(b)-headSize) {
		return 0, nil, nil, false
	}
	payload, rest = b[headSize:headSize+size], b[headSize+size:]
	if binary.BigEndian.Uint32(b[8:]) != checksum(b[:8], payload) {
		return 0, nil, nil, false
	}
	return binary.BigEndian.Uint32(b[4:]), payload, rest, true
}

// parseRecords returns the payloads of all records in a file.
//
// Only the last record may be torn: each is written when the one before it has been synced. A torn one
// was not acknowledged, and is left out. So is one that was never synced and has become another by
// accident: the two look the same. But where a later record follows, a record was lost that was
// synced, and with it perhaps a vote, or an entry that was committed.
func parseRecords(b []byte) ([][]byte, error) {
	var payloads [][]byte
	for {
		next := uint32(len(payloads))
		number, payload, rest, isWhole := parseRecord(b)
		if !isWhole || number != next {
			if isFollowed(b, next) {
				return nil, ErrDamaged
			}
			return payloads, nil
		}
		payloads = append(payloads, payload)
		b = rest
	}
}

// isFollowed reports whether b has a whole record with a number after n somewhere.
func isFollowed(b []byte, n uint32) bool {
	for i := range b {
		if number, _, _, isWhole := parseRecord(b[i:]); isWhole && number > n {
			return true
		}
	}
	return false
}
