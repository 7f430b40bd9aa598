import { call } from '$lib/api/client.ts';

/** Whether this browser can be notified while no page is open. An iPhone can once the page is on its home screen. */
export const canPush = (): boolean => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

/** How a subscription's owner knows the device: Chrome, Android. */
export function deviceName(agent: string): string {
  const browser = /Edg\//.test(agent) ? 'Edge' : /Firefox\//.test(agent) ? 'Firefox' : /Chrome\//.test(agent) ? 'Chrome' : /Safari\//.test(agent) ? 'Safari' : 'Browser';
  const system = /Android/.test(agent) ? 'Android' : /iPhone|iPad/.test(agent) ? 'iPhone' : /Windows/.test(agent) ? 'Windows' : /Mac OS/.test(agent) ? 'macOS' : /Linux/.test(agent) ? 'Linux' : '';
  return system ? `${browser}, ${system}` : browser;
}

/** What a contact of the kind push is called: its address is the subscription itself. */
export function pushDevice(address: string): string {
  try {
    return (JSON.parse(address) as { device?: string }).device ?? '';
  } catch {
    return '';
  }
}

/** Asks the person for permission and subscribes; gives the address of a contact, or nothing if they refuse. */
export async function subscribe(): Promise<string | undefined> {
  if ((await Notification.requestPermission()) !== 'granted') return undefined;
  const { key } = await call<{ key: string }>('GET', '/push');
  await navigator.serviceWorker.register('/sw.js');
  const worker = await navigator.serviceWorker.ready;
  const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  return JSON.stringify({ ...subscription.toJSON(), device: deviceName(navigator.userAgent) });
}
