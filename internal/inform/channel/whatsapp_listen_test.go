package channel

import (
	"strings"
	"testing"
)

func FuzzReadWhatsApp(f *testing.F) {
	f.Add([]byte(`{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"1"},"messages":[{"from":"6281234567890","id":"wamid.1","timestamp":"1795486441","type":"text","text":{"body":"/ack"},"context":{"id":"wamid.0"}}],"statuses":[{"id":"wamid.0","status":"failed","timestamp":"x","biz_opaque_callback_data":"t","errors":[{"code":131026}]}]}}]}]}`))
	f.Add([]byte(`{"object":"whatsapp_business_account","entry":[null,{"changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"1"},"messages":[{"type":"sticker"},{"from_user_id":"US.1","type":"text"}]}}]}]}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		told, err := readWhatsApp(body, "1")
		if err != nil {
			return
		}
		for _, h := range told.Heard {
			if h.ID == "" || !strings.HasPrefix(h.From, "+") || h.Text == "" && !h.Picture {
				t.Errorf("nobody said %+v", h)
			}
		}
		for _, r := range told.Reported {
			if r.Token == "" || r.Report.State == "" {
				t.Errorf("nothing is reported: %+v", r)
			}
		}
	})
}
