import { describe, expect, test } from 'vitest';
import { deviceName, pushDevice } from './push.ts';

describe('a device that is notified', () => {
  test('is called by its browser and system', () => {
    expect(deviceName('Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36')).toBe('Chrome, Android');
    expect(deviceName('Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1')).toBe('Safari, iPhone');
    expect(deviceName('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0')).toBe('Edge, Windows');
    expect(deviceName('something new')).toBe('Browser');
  });

  test('is read from the address of its contact', () => {
    expect(pushDevice('{"endpoint":"https://push.example/1","device":"Firefox, Linux"}')).toBe('Firefox, Linux');
    expect(pushDevice('{"endpoint":"https://push.example/1"}')).toBe('');
    expect(pushDevice('nothing')).toBe('');
  });
});
