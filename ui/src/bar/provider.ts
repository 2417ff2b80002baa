import { t } from '../i18n';

const NAMES: Record<string, string> = { cpu: 'CPU', cuda: 'CUDA', directml: 'DirectML', coreml: 'Core ML', tensorrt: 'TensorRT' };

/** An execution provider for people. */
export function providerName(id: string): string {
  return id === 'auto' ? t('provider.auto') : (NAMES[id] ?? id);
}
