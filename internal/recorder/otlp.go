package recorder

import (
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"mime"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// MaxOTLP is the size of a decompressed OTLP body that is accepted, in bytes.
const MaxOTLP = 16 << 20

// What DecodeLogs and DecodeMetrics answer for a body that can never be taken;
// any other error means that it does not read as what it says it is, a 400.
var (
	ErrTooLarge    = errors.New("OTLP body is larger than the limit")    // 413
	ErrContentType = errors.New("OTLP body has an unsupported type")     // 415
	ErrEncoding    = errors.New("OTLP body has an unsupported encoding") // 415
)

// Partial says what of a batch was not taken, and why; the rest was.
type Partial struct {
	Rejected int64 // log records or data points
	Message  string
}

func (p *Partial) reject(n int, why string) {
	p.Rejected += int64(n)
	if p.Message == "" {
		p.Message = why
	}
}

const (
	maxAttrs     = 64        // attributes kept of a record; more are dropped in the order sent
	maxAttrValue = 4 << 10   // bytes kept of an attribute's value
	maxBody      = 256 << 10 // bytes kept of a log body, stack trace included
	maxDepth     = 16        // of nested values
)

// decodeOTLP reads a request body into its message. The messages of the
// collector's service have the same fields under the same numbers as LogsData
// and MetricsData, which come without gRPC.
func decodeOTLP(contentType, encoding string, body io.Reader, limit int64, into proto.Message) (json bool, err error) {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false, fmt.Errorf("%w: %q", ErrContentType, contentType)
	}
	switch media {
	case "application/x-protobuf", "application/json":
	default:
		return false, fmt.Errorf("%w: %q", ErrContentType, media)
	}
	raw, err := readOTLP(encoding, body, limit)
	if err != nil {
		return false, err
	}
	if media == "application/json" {
		err = protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(raw, into)
	} else {
		err = proto.Unmarshal(raw, into)
	}
	if err != nil {
		return false, fmt.Errorf("decode OTLP body: %w", err)
	}
	return media == "application/json", nil
}

func readOTLP(encoding string, body io.Reader, limit int64) ([]byte, error) {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity":
	case "gzip", "x-gzip":
		unzip, err := gzip.NewReader(body)
		if err != nil {
			return nil, fmt.Errorf("decompress OTLP body: %w", err)
		}
		defer unzip.Close()
		body = unzip
	case "deflate": // HTTP's deflate is zlib (RFC 9110, 8.4.1.2)
		inflate, err := zlib.NewReader(body)
		if err != nil {
			return nil, fmt.Errorf("decompress OTLP body: %w", err)
		}
		defer inflate.Close()
		body = inflate
	case "zstd": // which collectors offer
		decoder, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20))
		if err != nil {
			return nil, fmt.Errorf("decompress OTLP body: %w", err)
		}
		defer decoder.Close()
		body = decoder
	default:
		return nil, fmt.Errorf("%w: %q", ErrEncoding, encoding)
	}
	raw, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read OTLP body: %w", err)
	}
	if int64(len(raw)) > limit {
		return nil, fmt.Errorf("%w of %d bytes", ErrTooLarge, limit)
	}
	return raw, nil
}

// origin is what a resource says about where its records come from. The rest of
// it that helps an investigation is kept as attributes.
type origin struct {
	Origin
	attrs map[string]string
}

// keptResource maps the resource attributes kept with a record to the names
// they are kept under. Semantic conventions renamed deployment.environment to
// deployment.environment.name in 1.27; both are out there.
func keptResource(name string) (string, bool) {
	switch name {
	case "deployment.environment.name", "deployment.environment":
		return "environment", true
	case "service.version", "service.namespace", "service.instance.id", "k8s.namespace.name", "k8s.pod.name", "container.name":
		return name, true
	}
	return "", false
}

func readResource(resource *resourcepb.Resource) origin {
	o := origin{attrs: map[string]string{}}
	var node, pod string
	for _, attr := range resource.GetAttributes() {
		value := attrText(attr.GetValue())
		switch attr.GetKey() {
		case "service.name":
			o.Service = value
		case "host.name":
			o.Host = value
		case "k8s.node.name":
			node = value
		case "k8s.pod.name":
			pod = value
		}
		if name, ok := keptResource(attr.GetKey()); ok && value != "" {
			o.attrs[name] = value
		}
	}
	if o.Host == "" {
		o.Host = node
	}
	if o.Host == "" {
		o.Host = pod
	}
	return o
}

// withAttrs answers the resource's attributes and the record's, cut to bounds;
// nil if there are none.
func (o *origin) withAttrs(attrs []*commonpb.KeyValue) map[string]string {
	if len(o.attrs)+len(attrs) == 0 {
		return nil
	}
	all := make(map[string]string, min(len(o.attrs)+len(attrs), maxAttrs))
	maps.Copy(all, o.attrs)
	for _, attr := range attrs {
		if len(all) >= maxAttrs {
			break
		}
		all[attr.GetKey()] = attrText(attr.GetValue())
	}
	return all
}

func attrText(value *commonpb.AnyValue) string {
	return cut(strings.ToValidUTF8(valueText(value, 0), "\uFFFD"), maxAttrValue)
}

// valueText words a value: text as it is, the others as JSON would.
func valueText(value *commonpb.AnyValue, depth int) string {
	switch v := value.GetValue().(type) {
	case *commonpb.AnyValue_StringValue:
		if depth > 0 {
			return strconv.Quote(v.StringValue)
		}
		return v.StringValue
	case *commonpb.AnyValue_BoolValue:
		return strconv.FormatBool(v.BoolValue)
	case *commonpb.AnyValue_IntValue:
		return strconv.FormatInt(v.IntValue, 10)
	case *commonpb.AnyValue_DoubleValue:
		return strconv.FormatFloat(v.DoubleValue, 'g', -1, 64)
	case *commonpb.AnyValue_BytesValue:
		return base64.StdEncoding.EncodeToString(v.BytesValue)
	case *commonpb.AnyValue_ArrayValue:
		if depth >= maxDepth {
			return "…"
		}
		parts := make([]string, len(v.ArrayValue.GetValues()))
		for i, element := range v.ArrayValue.GetValues() {
			parts[i] = valueText(element, depth+1)
		}
		return "[" + strings.Join(parts, ",") + "]"
	case *commonpb.AnyValue_KvlistValue:
		if depth >= maxDepth {
			return "…"
		}
		parts := make([]string, len(v.KvlistValue.GetValues()))
		for i, member := range v.KvlistValue.GetValues() {
			parts[i] = strconv.Quote(member.GetKey()) + ":" + valueText(member.GetValue(), depth+1)
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	return ""
}

// cut shortens text to at most limit bytes at a rune's boundary, and says so.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const mark = " [cut]"
	end := limit - len(mark)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + mark
}

// idText words a trace or span id. OTLP/JSON writes these bytes as hex, which
// protojson took for base64; encoding them back gives the hex digits again.
func idText(id []byte, json bool) string {
	if json {
		return base64.StdEncoding.EncodeToString(id)
	}
	return hex.EncodeToString(id)
}

// instant answers the zero time for 0 and for what is beyond int64.
func instant(unixNano uint64) time.Time {
	if unixNano == 0 || unixNano > math.MaxInt64 {
		return time.Time{}
	}
	return time.Unix(0, int64(unixNano)).UTC()
}
