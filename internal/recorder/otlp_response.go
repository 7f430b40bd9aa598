package recorder

import (
	"encoding/json"
	"mime"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

// EncodeLogsResponse answers the body of ExportLogsServiceResponse and its
// content type, which is the request's; the status is 200 with or without a
// partial success. The messages have two fields that will not change, so they
// are written by hand in place of taking in gRPC.
func EncodeLogsResponse(contentType string, p Partial) (body []byte, mediaType string) {
	return encodeResponse(contentType, p, "rejectedLogRecords")
}

// EncodeMetricsResponse is EncodeLogsResponse for ExportMetricsServiceResponse.
func EncodeMetricsResponse(contentType string, p Partial) (body []byte, mediaType string) {
	return encodeResponse(contentType, p, "rejectedDataPoints")
}

func encodeResponse(contentType string, p Partial, rejected string) ([]byte, string) {
	if isJSON(contentType) {
		response := map[string]any{}
		if p != (Partial{}) {
			// int64 is text in protobuf's JSON.
			response["partialSuccess"] = map[string]string{
				rejected:       strconv.FormatInt(p.Rejected, 10),
				"errorMessage": p.Message,
			}
		}
		return mustJSON(response), "application/json"
	}
	if p == (Partial{}) {
		return []byte{}, "application/x-protobuf"
	}
	var partial []byte
	partial = protowire.AppendTag(partial, 1, protowire.VarintType)
	partial = protowire.AppendVarint(partial, uint64(p.Rejected))
	partial = protowire.AppendTag(partial, 2, protowire.BytesType)
	partial = protowire.AppendString(partial, p.Message)
	body := protowire.AppendTag(nil, 1, protowire.BytesType)
	return protowire.AppendBytes(body, partial), "application/x-protobuf"
}

// EncodeStatus answers the google.rpc.Status that OTLP/HTTP asks for as the body
// of an answer of 4xx or 5xx. Code is one of google.rpc.Code: 3 invalid
// argument, 8 resource exhausted, 14 unavailable, 16 unauthenticated.
func EncodeStatus(contentType string, code int32, message string) (body []byte, mediaType string) {
	if isJSON(contentType) {
		return mustJSON(map[string]any{"code": code, "message": message}), "application/json"
	}
	body = protowire.AppendTag(nil, 1, protowire.VarintType)
	body = protowire.AppendVarint(body, uint64(code))
	body = protowire.AppendTag(body, 2, protowire.BytesType)
	return protowire.AppendString(body, message), "application/x-protobuf"
}

func isJSON(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && media == "application/json"
}

// mustJSON encodes maps of text and numbers, which cannot go wrong.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
