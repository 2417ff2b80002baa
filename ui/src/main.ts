import { mount } from 'svelte';
import { tauri } from './api/tauri';
import App from './App.svelte';
import './style/tokens.css';
import './style/base.css';

const target = document.getElementById('app');
if (target) mount(App, { target, props: { backend: tauri } });
